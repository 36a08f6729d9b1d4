import { z } from 'zod'
import { Page } from '../../../contracts/desk-port.ts'
import {
  DifferenceResource,
  NewReconciliation,
  ReconciliationResource,
} from '../../../contracts/reconciliation.ts'
import type { Actor, Reconciliations } from '../../ports.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['reconciliation']
const params = z.strictObject({ id: z.string().max(64) })
const read = { access: 'reconciliations:read' } as const

/** Comparisons of our ledger with the gateway's. */
export function reconciliationRoutes(app: RouteApp, reconciliations: Reconciliations): void {
  app.post(
    '/v1/reconciliations',
    {
      config: { access: 'reconciliations:run' },
      schema: {
        tags,
        summary: 'Compare our ledger with the gateway’s settlement lines; every day is compared by itself',
        body: NewReconciliation,
        response: { 202: ReconciliationResource },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await reconciliations.order(principalOf(request).actor, request.body)),
  )

  app.get(
    '/v1/reconciliations',
    {
      config: read,
      schema: {
        tags,
        summary: 'Comparisons, newest first',
        querystring: z.strictObject({
          cursor: z.string().max(64).optional().describe('`nextCursor` of the page before'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: Page(ReconciliationResource) },
      },
    },
    (request) => {
      const { cursor, limit } = request.query
      const page = { limit, ...(cursor === undefined ? {} : { cursor }) }
      return reconciliations.list(principalOf(request).actor, page)
    },
  )

  app.get(
    '/v1/reconciliations/:id',
    {
      config: read,
      schema: { tags, summary: 'One comparison', params, response: { 200: ReconciliationResource } },
    },
    (request) => reconciliations.get(principalOf(request).actor, request.params.id),
  )

  app.get(
    '/v1/reconciliations/:id/differences',
    {
      config: read,
      schema: {
        tags,
        summary: 'What differs: missing here, missing there, other amount',
        params,
        response: { 200: z.strictObject({ data: z.array(DifferenceResource), nextCursor: z.null() }) },
      },
    },
    async (request) => {
      const data = await reconciliations.differences(principalOf(request).actor, request.params.id)
      return { data, nextCursor: null }
    },
  )
  csvRoutes(app, reconciliations)
}

function csvRoutes(app: RouteApp, reconciliations: Reconciliations): void {
  const files: [string, string, (actor: Actor, id: string) => Promise<string>][] = [
    ['differences', 'What differs, as CSV', (actor, id) => reconciliations.differencesCsv(actor, id)],
    ['ledger', 'Our ledger of that time, as CSV', (actor, id) => reconciliations.ledgerCsv(actor, id)],
  ]
  for (const [name, summary, write] of files) {
    app.get(
      `/v1/reconciliations/:id/${name}.csv`,
      { config: read, schema: { tags, summary, params, produces: ['text/csv'] } },
      async (request, reply) => {
        const { id } = request.params
        const text = await write(principalOf(request).actor, id)
        const file = `attachment; filename="${name}-${id.replaceAll(/[^\w-]/g, '')}.csv"`
        return reply.header('content-disposition', file).type('text/csv; charset=utf-8').send(text)
      },
    )
  }
}
