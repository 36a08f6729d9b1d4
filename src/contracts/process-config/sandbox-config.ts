import { z } from 'zod'
import { CommonConfig, Listen, SecretText } from './shared.ts'

/** supervisor → sandbox gateway, on standard input. */
export const SandboxConfig = CommonConfig.extend({
  listen: Listen,
  /** Folder for its CA and certificate (made at first start: `ca.pem`, `server.pem`, `server-key.pem`) and its ledger. */
  dataDir: z.string(),
  apiKey: SecretText,
})
export type SandboxConfig = z.output<typeof SandboxConfig>
