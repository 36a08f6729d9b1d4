import type { Actor } from '../ports.ts'

/** The platform itself, for one merchant: outcomes, deadlines, recovery. */
export function systemOf(merchantId: string): Actor {
  return { merchantId, kind: 'system', id: 'payment-core' }
}
