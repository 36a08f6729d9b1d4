import type { FastifyRequest } from 'fastify'
import twilio from 'twilio'
import type { Secret } from '../../../base/secret.ts'
import { WebhookSignatureInvalid } from '../errors.ts'
import { retries } from './addresses.ts'

/**
 * `X-Twilio-Signature` (https://www.twilio.com/docs/usage/security#validating-requests): HMAC-SHA-1 of the URL that
 * Twilio was told and the form's parameters, under the account's auth token. Throws WebhookSignatureInvalid.
 */
export function requireSignature(
  request: FastifyRequest,
  { authToken, publicUrl }: { readonly authToken: Secret; readonly publicUrl: string },
): void {
  const signature = request.headers['x-twilio-signature']
  const url = `${publicUrl}${request.url}`
  const parameters = (request.body ?? {}) as Record<string, unknown>
  const valid = (signed: string) =>
    typeof signature === 'string' && twilio.validateRequest(authToken.reveal(), signature, signed, parameters)
  // A fragment is not sent, and Twilio does not say whether it signs the one of the connection overrides.
  if (!valid(url) && !valid(url + retries))
    throw new WebhookSignatureInvalid('X-Twilio-Signature does not match')
}
