import type { StoredCardRequest } from './requests.ts'

/** Whether a payment with a kept card is declared as a telephone order. Nobody is on the phone for a renewal. */
export function isPhoneOrder({
  initiator,
  moto = true,
}: Pick<StoredCardRequest, 'initiator' | 'moto'>): boolean {
  return initiator === 'customer' && moto
}
