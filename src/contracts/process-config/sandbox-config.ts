import { z } from 'zod'
import { CommonConfig, Listen, SecretText } from './shared.ts'

/** supervisor → sandbox gateway, on standard input. */
export const SandboxConfig = CommonConfig.extend({
  listen: Listen,
  /** Its mailbox: takes every e-mail by SMTP, and keeps the last ones for `GET /v1/mail`. Null: there is none. */
  mail: Listen.nullable().default(null),
  /** Folder for its CA and certificate (made at first start: `ca.pem`, `server.pem`, `server-key.pem`) and its ledger. */
  dataDir: z.string(),
  apiKey: SecretText,
  /** The sandbox merchant's CRM and books; null for a gateway alone. */
  office: z
    .strictObject({
      listen: Listen,
      clientId: z.string(),
      clientSecret: SecretText,
      billsSecret: SecretText.optional(),
    })
    .nullable()
    .default(null),
  /** Where it tells the platform of everything that happened, and what signs it. */
  webhook: z.strictObject({ url: z.string(), secret: SecretText }).nullable().default(null),
})
export type SandboxConfig = z.output<typeof SandboxConfig>
