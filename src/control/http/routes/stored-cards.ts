import { z } from 'zod'
import { PaymentResource } from '../../../contracts/desk-port.ts'
import { KeepCard, StoredCardResource, UseStoredCard } from '../../../contracts/stored-cards.ts'
import type { StoredCards } from '../../stored-cards/stored-cards.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['stored cards']
const params = z.strictObject({ id: z.string().max(64) })

/** Cards that the gateway keeps for the merchant's customers. */
export function storedCardRoutes(app: RouteApp, cards: StoredCards): void {
  ofPayments(app, cards)
  app.get(
    '/v1/stored-cards',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'The cards that are kept for a customer, newest first',
        querystring: z.strictObject({ customer: z.string().min(1).max(255) }),
        response: { 200: z.strictObject({ data: z.array(StoredCardResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({
      data: await cards.list(principalOf(request).actor, request.query.customer),
      nextCursor: null,
    }),
  )

  app.get(
    '/v1/stored-cards/:id',
    {
      config: { access: 'payments:read' },
      schema: { tags, summary: 'One kept card', params, response: { 200: StoredCardResource } },
    },
    (request) => cards.get(principalOf(request).actor, request.params.id),
  )

  app.post(
    '/v1/stored-cards/:id/forget',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Forget a card: not used again from now on, and the gateway is told to forget it',
        description:
          'Once the gateway has, the card answers 404. Until then `stillAtGateway` says why it has not, and it is told again: after a minute, then less and less often, at least every hour.',
        params,
        body: z.strictObject({}).optional(),
        response: { 200: StoredCardResource },
      },
    },
    (request) => cards.forget(principalOf(request).actor, request.params.id),
  )
}

function ofPayments(app: RouteApp, cards: StoredCards): void {
  app.post(
    '/v1/payments/:id/keep-card',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'The caller agrees that the card of this payment is kept; until it is sent',
        params,
        body: KeepCard,
        response: { 200: PaymentResource },
      },
    },
    (request) => cards.keep(principalOf(request).actor, request.params.id, request.body),
  )

  app.post(
    '/v1/payments/:id/stored-card',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Pay with a card that is kept for the customer of this payment',
        description:
          'A keypad collection that goes on is discarded first. Where the merchant’s rule or the request asks for ' +
          'the security code, the caller keys it and the payment is `collecting`; else it is `authorising` at once.',
        params,
        body: UseStoredCard,
        response: { 200: PaymentResource },
      },
    },
    (request) => cards.pay(principalOf(request).actor, request.params.id, request.body),
  )
}
