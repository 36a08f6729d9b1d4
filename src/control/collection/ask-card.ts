import { RequestRefused } from '../../base/rpc/rpc-client.ts'
import { CollectionNotRunning } from '../payments/payment-errors.ts'

/** The vault's words for: this card is complete, or gone. It can have happened while the order was on its way. */
const tooLate = new Set(['COLLECTION_UNKNOWN', 'COLLECTION_NOT_AT_THAT'])

/** Waits for the vault to carry out an order about a card that is being keyed. Throws CollectionNotRunning when it came too late. */
export async function askCard(order: Promise<unknown>): Promise<void> {
  try {
    await order
  } catch (error) {
    if (error instanceof RequestRefused && tooLate.has(error.code)) throw new CollectionNotRunning()
    throw error
  }
}
