import { PaymentResource } from '../contracts/desk-port.ts'
import { KeepCard, StoredCardResource, UseStoredCard } from '../contracts/stored-cards.ts'
import { all, answers, nothing, takes } from './endpoint.ts'

/** Cards that the gateway keeps for customers. */
export const storedCardEndpoints = {
  keepCard: takes(KeepCard, PaymentResource),
  payWithStoredCard: takes(UseStoredCard, PaymentResource),
  listStoredCards: answers(all(StoredCardResource)),
  getStoredCard: answers(StoredCardResource),
  forgetStoredCard: takes(nothing, StoredCardResource),
} as const
