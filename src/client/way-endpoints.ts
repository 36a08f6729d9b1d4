import { PaymentResource } from '../contracts/desk-port.ts'
import { NewPayLink } from '../contracts/pay-links.ts'
import { KeepCard, StoredCardResource, UseStoredCard } from '../contracts/stored-cards.ts'
import { all, answers, nothing, takes } from './endpoint.ts'

/** Ways to pay beside a keyed card. */
export const wayEndpoints = {
  sendPayLink: takes(NewPayLink, PaymentResource),
  withdrawPayLink: takes(nothing, PaymentResource),
  keepCard: takes(KeepCard, PaymentResource),
  payWithStoredCard: takes(UseStoredCard, PaymentResource),
  listStoredCards: answers(all(StoredCardResource)),
  getStoredCard: answers(StoredCardResource),
  forgetStoredCard: takes(nothing, StoredCardResource),
} as const
