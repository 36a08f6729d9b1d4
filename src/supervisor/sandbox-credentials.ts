import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** What a sandbox needs to be let in to; made at its first start, so that no two sandboxes share a password. */
const SandboxCredentials = z.strictObject({
  email: z.string(),
  password: z.string(),
  apiKey: z.string(),
  gatewayKey: z.string(),
  twilioAccountSid: z.string(),
  twilioAuthToken: z.string(),
  webhookSecret: z.string(),
})
export type SandboxCredentials = z.infer<typeof SandboxCredentials>

/** Reads `sandbox.json` (mode 0600) of the data folder, or makes it. */
export function sandboxCredentials(dataDir: string): SandboxCredentials {
  const file = path.join(dataDir, 'sandbox.json')
  try {
    return SandboxCredentials.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const credentials: SandboxCredentials = {
    email: 'agent@sandbox.example',
    password: token(9),
    apiKey: `tw_test_${token(24)}`,
    gatewayKey: `sk_sandbox_${token(24)}`,
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex'),
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  return credentials
}

function token(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
