import { z } from 'zod'
import { CommonConfig, Listen, SecretText } from './shared.ts'

/** supervisor → simulator (the sandbox's telephone network), on standard input. */
export const SimulatorConfig = CommonConfig.extend({
  listen: Listen,
  /** Where its callers' voice webhooks go: control's `/v1/telephony/twilio/voice`. */
  voiceUrl: z.string(),
  statusUrl: z.string(),
  accountSid: z.string(),
  authToken: SecretText,
  /** The number that callers dial. */
  number: z.string(),
  /** Folder of canned speech. */
  mediaDir: z.string(),
  /** Built browser handset, served at `/`. */
  browserDir: z.string(),
})
export type SimulatorConfig = z.output<typeof SimulatorConfig>
