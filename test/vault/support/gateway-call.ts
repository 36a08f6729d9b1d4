import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'

/** A published test number, with an expiry and a code that mean nothing. */
export const card = {
  pan: '4242424242424242',
  keys: '42424242424242421239731',
} as const

export function authorise(origin: string, over: Partial<GatewayCall> = {}): GatewayCall {
  return {
    connector: 'sandbox',
    operation: 'authorise',
    method: 'POST',
    origin,
    path: '/v1/authorisations',
    headers: [{ name: 'Authorization', value: 'Bearer test-key' }],
    body: {
      encoding: 'json',
      fields: [
        { path: ['amount'], value: 1050 },
        { path: ['card', 'number'], value: { slot: 'pan' } },
        { path: ['card', 'expiryMonth'], value: { slot: 'expiryMonth' } },
        { path: ['card', 'expiryYear'], value: { slot: 'expiryYear' } },
        { path: ['card', 'csc'], value: { slot: 'csc' } },
      ],
    },
    timeoutMs: 5_000,
    ...over,
  }
}
