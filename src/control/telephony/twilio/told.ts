import { type CallMetadata, keptOf } from '../../calls/call-metadata.ts'
import { holdsCardNumber } from '../../http/card-number-in-text.ts'

/** `meta_crmRecord`: of our address, or of a client that calls; `X-Tonewall-Meta-crmRecord`: a header of a SIP call to Twilio. */
const ours = /^(?:meta_|SipHeader_X-Tonewall-Meta-)(.+)$/i

/**
 * What is said of a call that rings, beside the parties. The signature covers the address with its query, and the form.
 * Custom parameters come as fields of the form (https://www.twilio.com/docs/voice/twiml/client#custom-parameters), a SIP
 * call's X-headers as `SipHeader_…` (https://www.twilio.com/docs/voice/api/receiving-sip#custom-headers).
 */
export function toldByTwilio(query: unknown, body: unknown): CallMetadata {
  const all = [query, body].flatMap((fields) => Object.entries((fields ?? {}) as Record<string, unknown>))
  const told = all.flatMap(([name, value]) => {
    const key = ours.exec(name)?.[1]
    return key !== undefined && typeof value === 'string' ? [[key, value] as const] : []
  })
  return keptOf(Object.fromEntries(told), holdsCardNumber)
}
