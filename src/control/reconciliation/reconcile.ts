import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import type { SettlementLine } from '../../connectors/settlement-lines.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import { tell } from '../outbox/store.ts'
import type { Gateways } from '../payments/gateways.ts'
import type { Operations } from '../payments/operations.ts'
import type { Settlement } from '../payments/settlement.ts'
import type { DifferenceTable, ReconciliationTable } from '../store/gateway-tables.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { match } from './match.ts'
import { type Movement, movementsIn } from './movements.ts'
import { differenceResource, insertDifferences, knownDifferences, updateRun } from './reconciliation-store.ts'
import { readReport } from './settlement-report.ts'
import { explainLine } from './unmatched-line.ts'

export type ReconciliationOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly settlement: Settlement
  readonly operations: Operations
  /** Events were written for this merchant. */
  readonly onTold: (merchantId: string) => void
}

/** Around the time that is compared: our clocks differ, and a gateway may book a day later. */
const slackMs = 24 * 3_600_000

type Found = Omit<DifferenceTable, 'id' | 'merchant_id' | 'reconciliation_id' | 'created_at'>

/** Compares one merchant's ledger with its gateway's lines, and writes down what differs. */
export async function reconcile(run: ReconciliationTable, options: ReconciliationOptions): Promise<void> {
  const { store, clock, settlement, operations } = options
  const { merchant_id: merchantId, id, gateway, since_ms: sinceMs, until_ms: untilMs } = run
  const read = (from: number, to: number) => readReport(options, { gateway, sinceMs: from, untilMs: to })
  const [before, during, after] = [
    await read(Math.max(0, sinceMs - slackMs), sinceMs),
    await read(sinceMs, untilMs),
    await read(untilMs, untilMs + slackMs),
  ]
  for (const report of [before, during, after]) {
    if (report.ok) continue
    const failed = { state: 'failed', because: report.because, updated_at: clock.now() } as const
    return updateRun(store.db, { merchantId, id }, failed)
  }
  if (!before.ok || !during.ok || !after.ok) return
  const ours = await movementsIn(store.db, { merchantId, gateway, sinceMs, untilMs })
  const linesAround = [...before.lines, ...after.lines]
  const { agreed, otherAmount, linesLeft, oursLeft } = match({ ours, lines: during.lines, linesAround })
  const found: Found[] = [
    ...oursLeft.map(missingThere),
    ...otherAmount.map(({ ours: movement, theirs }) => ({
      ...fromLine(theirs, 'other-amount'),
      payment_id: movement.paymentId,
      ours_minor: movement.amountMinor,
    })),
  ]
  let matched = agreed.length
  for (const line of linesLeft) {
    const is = await explainLine(line, { db: store.db, merchantId, gateway, settlement, operations })
    if (is.is === 'agreed') matched++
    if (is.is === 'missing-here') found.push(fromLine(line, 'missing-here'))
    if (is.is === 'other-amount')
      found.push({ ...fromLine(line, 'other-amount'), payment_id: is.paymentId, ours_minor: is.oursMinor })
  }
  await write(run, { found, matched, lines: during.lines.length }, options)
}

type Result = { readonly found: readonly Found[]; readonly matched: number; readonly lines: number }

/** Run, differences and events in one transaction. A difference that an earlier run has told of is listed, not told. */
async function write(
  { merchant_id: merchantId, id }: ReconciliationTable,
  { found, matched, lines }: Result,
  { store, clock, log, onTold }: ReconciliationOptions,
): Promise<void> {
  const nowMs = clock.now()
  const rows = found.map((one) => ({
    ...one,
    id: newId('difference', nowMs),
    merchant_id: merchantId,
    reconciliation_id: id,
    created_at: nowMs,
  }))
  await store.transaction(async (trx) => {
    const subjects = rows.map(({ subject }) => subject)
    const known = await knownDifferences(trx, merchantId, subjects)
    await insertDifferences(trx, rows)
    for (const row of rows) {
      if (known.has(`${row.kind} ${row.subject}`)) continue
      const timestamp = new Date(nowMs).toISOString()
      const data = { ...differenceResource(row), merchantId }
      const event = { type: 'reconciliation.difference', timestamp, data } as const
      // A lane of its own: it waits for no event of a payment, and none waits for it.
      await tell(trx, { merchantId, paymentId: row.id, position: 1, event }, nowMs)
    }
    const done = { state: 'done', lines, matched, differences: rows.length, updated_at: nowMs } as const
    await updateRun(trx, { merchantId, id }, done)
  })
  const level = rows.length === 0 ? 'info' : 'warn'
  log[level]({ merchantId, count: rows.length, length: lines }, 'ledger compared with the gateway’s')
  if (rows.length > 0) onTold(merchantId)
}

function missingThere(movement: Movement): Found {
  return {
    kind: 'missing-there',
    subject: movement.ourReference,
    payment_id: movement.paymentId,
    gateway_ref: movement.gatewayRef,
    ours_minor: movement.amountMinor,
    theirs_minor: null,
    currency: movement.currency,
  }
}

function fromLine(line: SettlementLine, kind: Found['kind']): Found {
  return {
    kind,
    subject: line.id,
    payment_id: null,
    gateway_ref: line.gatewayRef ?? null,
    ours_minor: null,
    theirs_minor: line.grossMinor,
    currency: line.currency,
  }
}
