import { z } from 'zod'
import { Page } from '../../../contracts/desk-port.ts'
import { ChangePlan, NewPlan, PlanResource } from '../../../contracts/plans.ts'
import type { Plans } from '../../plans/plans.ts'
import type { Actor } from '../../ports.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['plans']
const params = z.strictObject({ id: z.string().max(64) })
const response = { 200: PlanResource }

/** Instalments, balances and renewals with a kept card. */
export function planRoutes(app: RouteApp, plans: Plans): void {
  app.post(
    '/v1/plans',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Plan renewals, instalments or a balance with a kept card',
        description:
          'With `firstPaymentId` (a deposit, or the first of the renewals) the plan waits until that payment is approved and its card kept.',
        body: NewPlan,
        response: { 201: PlanResource },
      },
    },
    async (request, reply) => {
      const { reference, description } = request.body
      refuseCardNumbers({ '/reference': reference, '/description': description })
      return reply.code(201).send(await plans.create(principalOf(request).actor, request.body))
    },
  )
  app.get(
    '/v1/plans',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Plans with their runs, newest first',
        querystring: z.strictObject({
          customer: z.string().max(255).optional(),
          cursor: z.string().max(200).optional(),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: Page(PlanResource) },
      },
    },
    (request) => {
      const { customer, cursor, limit } = request.query
      const given = {
        ...(customer === undefined ? {} : { customer }),
        ...(cursor === undefined ? {} : { cursor }),
      }
      return plans.list(principalOf(request).actor, { ...given, limit })
    },
  )
  app.get(
    '/v1/plans/:id',
    { config: { access: 'payments:read' }, schema: { tags, summary: 'One plan', params, response } },
    (request) => plans.get(principalOf(request).actor, request.params.id),
  )
  app.post(
    '/v1/plans/:id/change',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Another card at once; another amount or schedule from the next run on',
        params,
        body: ChangePlan,
        response,
      },
    },
    (request) => plans.change(principalOf(request).actor, request.params.id, request.body),
  )
  const orders: [string, string, (actor: Actor, id: string) => Promise<PlanResource>][] = [
    ['pause', 'Nothing comes due until it is resumed', (actor, id) => plans.pause(actor, id)],
    [
      'resume',
      'Go on at the next date of the rhythm; what a pause left out is moved',
      (actor, id) => plans.resume(actor, id),
    ],
    ['cancel', 'Nothing more comes due, ever', (actor, id) => plans.cancel(actor, id)],
  ]
  for (const [name, summary, act] of orders)
    app.post(
      `/v1/plans/:id/${name}`,
      {
        config: { access: 'payments:take' },
        schema: { tags, summary, params, body: z.strictObject({}).optional(), response },
      },
      (request) => act(principalOf(request).actor, request.params.id),
    )
}
