import { z } from 'zod'
import { AttemptResource, DeliveryResource, DeliveryState } from '../../../contracts/deliveries.ts'
import { Page } from '../../../contracts/desk-port.ts'
import type { Deliveries } from '../../outbox/deliveries.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['deliveries']
const read = { access: 'endpoints:read' } as const
const manage = { access: 'endpoints:manage' } as const
const id = z.string().max(96)
const params = z.strictObject({ id: z.string().max(200) })

/** Where every event went: webhook endpoints, connected systems, receipts. Status, time and count; never a body. */
export function deliveryRoutes(app: RouteApp, deliveries: Deliveries): void {
  app.get(
    '/v1/deliveries',
    {
      config: read,
      schema: {
        tags,
        summary: 'Events and where they went, newest first',
        querystring: z.strictObject({
          target: id.optional().describe('An endpoint, a connection or a channel of receipts'),
          paymentId: id.optional(),
          eventId: id.optional(),
          state: DeliveryState.optional().describe('`dead`: given up, for replay'),
          cursor: z.string().max(200).optional().describe('`nextCursor` of the page before'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: Page(DeliveryResource) },
      },
    },
    (request) => deliveries.list(principalOf(request).actor, request.query),
  )

  app.get(
    '/v1/deliveries/:id/attempts',
    {
      config: read,
      schema: {
        tags,
        summary: 'Every try of one delivery, oldest first',
        params,
        response: { 200: z.strictObject({ data: z.array(AttemptResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({
      data: await deliveries.attempts(principalOf(request).actor, request.params.id),
      nextCursor: null,
    }),
  )

  app.post(
    '/v1/deliveries/:id/replay',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Deliver it again, with the same id',
        params,
        body: z.strictObject({}).optional(),
        response: { 200: DeliveryResource },
      },
    },
    (request) => deliveries.replay(principalOf(request).actor, request.params.id),
  )

  app.post(
    '/v1/deliveries/replay-dead',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Deliver again everything that was given up for a target',
        body: z.strictObject({ target: id }),
        response: { 200: z.strictObject({ count: z.number().int() }) },
      },
    },
    async (request) => ({
      count: await deliveries.replayDead(principalOf(request).actor, request.body.target),
    }),
  )
}
