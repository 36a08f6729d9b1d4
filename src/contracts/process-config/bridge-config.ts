import { z } from 'zod'
import { CommonConfig, LinkToken, Listen, SecretText } from './shared.ts'

/** supervisor → bridge, on standard input. */
export const BridgeConfig = CommonConfig.extend({
  socketPath: z.string(),
  token: LinkToken,
  listen: Listen,
  /** How providers reach the streams, for example `wss://pay.example.com/streams/twilio`: what their signature covers. */
  twilioStreamUrl: z.string(),
  /** The Twilio account's auth token: verifies `X-Twilio-Signature` on the upgrade. */
  twilioAuthToken: SecretText,
  mask: z.strictObject({
    /** Delay of the caller→agent path while masked, in ms. */
    lookaheadMs: z.number().int().min(20).max(200),
    fill: z.enum(['noise', 'silence', 'tone']),
  }),
  /** Largest reordering and burst that a leg absorbs, in ms. */
  jitterMs: z.number().int().min(20).max(1_000),
  maxCalls: z.number().int().min(1).max(100_000),
  /** Largest WebSocket message, in bytes. */
  maxMessageBytes: z.number().int().min(1_024).max(1_048_576),
  /** Time from the upgrade to a valid `start`, in ms. */
  startTimeoutMs: z.number().int().min(100).max(60_000),
})
export type BridgeConfig = z.output<typeof BridgeConfig>
