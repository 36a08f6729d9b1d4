import { z } from 'zod'

/**
 * What Twilio's voice webhooks say (https://www.twilio.com/docs/voice/twiml#request-parameters). Open objects, unlike
 * ours: the provider adds parameters, and calls have to go on.
 */
export const VoiceWebhook = z.object({
  CallSid: z.string().min(1).max(64),
  From: z.string().max(128).default('anonymous'),
  To: z.string().max(128),
})

export const LegWebhook = z.object({ CallSid: z.string().min(1).max(64) })

export const StatusWebhook = LegWebhook.extend({ CallStatus: z.string().max(32) })

/** Values of `CallStatus` after which that party's call is over. */
export const finalStatuses: ReadonlySet<string> = new Set([
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
])

/** Our own part of the URLs that we give to Twilio; the signature covers it. */
export const LegQuery = z.object({
  callId: z.string().max(64),
  role: z.enum(['caller', 'agent']).default('agent'),
})
export const StatusQuery = z.object({ callId: z.string().max(64).optional() })
