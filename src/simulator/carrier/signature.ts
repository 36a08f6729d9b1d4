import { createHmac } from 'node:crypto'

export type FormParameters = Readonly<Record<string, string>>

/**
 * The `X-Twilio-Signature` of a request: base64 of HMAC-SHA1, keyed with the auth token, over the full URL followed
 * by every POST parameter's name and value in the order of the names. WebSocket upgrades have no parameters.
 * Source: Twilio, "Validating requests are coming from Twilio".
 */
export function twilioSignature(authToken: string, url: string, parameters: FormParameters = {}): string {
  const names = Object.keys(parameters).sort()
  const signed = names.reduce((text, name) => text + name + parameters[name], url)
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64')
}
