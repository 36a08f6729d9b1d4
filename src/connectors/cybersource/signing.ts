import type { ComputedHeader } from '../../contracts/gateway-call.ts'
import type { GatewayAccount } from '../connector.ts'
import { setting } from '../writing.ts'

type Signed = { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string }

/**
 * HTTP signature. The digest is over the body, which may have a card in it: whoever sends the call computes it, and
 * signs with the account's shared secret (base64).
 * https://developer.cybersource.com/library/documentation/dev_guides/REST_API/Getting_Started/html/REST_GS/ch_authentication.5.3.htm
 */
export function signedHeaders(account: GatewayAccount, { method, path }: Signed): ComputedHeader[] {
  const host = account.origin.slice('https://'.length)
  const merchantId = setting(account, 'merchantId')
  const withBody = method === 'POST'
  const names = ['host', 'date', 'request-target', ...(withBody ? ['digest'] : []), 'v-c-merchant-id'].join(
    ' ',
  )
  const lead = `keyid="${setting(account, 'keyId')}", algorithm="HmacSHA256", headers="${names}", signature="`
  const target = `\nrequest-target: ${method.toLowerCase()} ${path}`
  const message = [
    `host: ${host}\ndate: `,
    { fill: 'date' as const },
    target,
    ...(withBody ? ['\ndigest: SHA-256=', { fill: 'body-digest' as const }] : []),
    `\nv-c-merchant-id: ${merchantId}`,
  ]
  return [
    { name: 'date', parts: [{ fill: 'date' }] },
    ...(withBody ? [{ name: 'digest', parts: ['SHA-256=', { fill: 'body-digest' as const }] }] : []),
    { name: 'signature', parts: [lead, { fill: 'mac', keyBase64: account.apiKey, message }, '"'] },
  ]
}
