import { PaymentResource } from '../contracts/desk-port.ts'
import { KeepCard, StoredCardResource, UseStoredCard } from '../contracts/stored-cards.ts'
import { all, get, nothing, post } from './endpoint.ts'

/** Cards that the gateway keeps for customers. */
export const storedCardEndpoints = {
  keepCard: post('/v1/payments/{id}/keep-card', KeepCard, PaymentResource),
  payWithStoredCard: post('/v1/payments/{id}/stored-card', UseStoredCard, PaymentResource),
  listStoredCards: get('/v1/stored-cards', all(StoredCardResource)),
  getStoredCard: get('/v1/stored-cards/{id}', StoredCardResource),
  forgetStoredCard: post('/v1/stored-cards/{id}/forget', nothing, StoredCardResource),
} as const
