import { ExportKind, ExportQuery } from '../../../contracts/exports.ts'
import { exportDay } from '../../exports/exports.ts'
import type { Store } from '../../store/store.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const summaries: Readonly<Record<ExportKind, string>> = {
  ledger: 'Every movement of money of a day, as CSV',
  settlement: 'What a day comes to at each gateway and in each currency, as CSV',
  reconciliation: 'What the comparisons of a day found, as CSV',
  xero: 'A day’s movements as bank-statement lines that Xero imports, as CSV',
}

/** One day of the merchant as CSV. */
export function exportRoutes(app: RouteApp, store: Store): void {
  for (const kind of ExportKind.options) {
    app.get(
      `/v1/exports/${kind}.csv`,
      {
        config: { access: 'reconciliations:read' },
        schema: {
          tags: ['exports'],
          summary: summaries[kind],
          querystring: ExportQuery,
          produces: ['text/csv'],
        },
      },
      async (request, reply) => {
        const { day, currency } = request.query as { day: string; currency?: string }
        const { merchantId } = principalOf(request).actor
        const text = await exportDay(store.db, { merchantId, kind, day, currency })
        const file = `attachment; filename="${kind}-${day}.csv"`
        return reply.header('content-disposition', file).type('text/csv; charset=utf-8').send(text)
      },
    )
  }
}
