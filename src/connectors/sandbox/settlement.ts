import type { SettlementSource } from '../connector.ts'
import { parse } from '../reading.ts'
import { get } from './requests.ts'
import { SettlementPageBody } from './wire.ts'

/** The sandbox gateway's account of captures and refunds. It takes no fees. */
export const settlement: SettlementSource = {
  page({ sinceMs, untilMs, cursor }, account) {
    const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const path = `/v1/settlement-lines?sinceMs=${sinceMs}&untilMs=${untilMs}${from}`
    return get(account, 'settlement', path, {}).call
  },
  read(reply) {
    if (reply.kind !== 'answered') return { ok: false, because: `${reply.kind}: ${reply.because}` }
    if (reply.status !== 200) return { ok: false, because: `status ${reply.status}` }
    const page = parse(SettlementPageBody, reply)
    if (!page) return { ok: false, because: 'unreadable answer' }
    const lines = page.lines.map((line) => ({
      id: line.id,
      kind: line.kind,
      gatewayRef: line.kind === 'refund' ? line.id : line.authorisationId,
      ourReference: line.ourReference,
      grossMinor: line.amount,
      feeMinor: 0,
      netMinor: line.amount,
      currency: line.currency,
      availableAt: Date.parse(line.availableAt),
    }))
    return { ok: true, lines, ...(page.nextCursor === null ? {} : { cursor: page.nextCursor }) }
  },
}
