import { channelOf } from '../../src/control/receipts/receipt-store.ts'
import type { Store } from '../../src/control/store/store.ts'
import type { MailServer } from '../control/receipts/mail-server.ts'
import type { TextProvider } from '../control/receipts/text-provider.ts'
import { officeVerdicts } from './office-verdict.ts'
import type { Offices } from './offices.ts'
import type { OtherOffices } from './other-offices.ts'
import type { FaultyReceiver } from './receivers.ts'

export type TargetVerdict = {
  readonly target: string
  readonly due: number
  /** Of those due, how many never came; how many had more than one effect; how many came before an earlier one. */
  readonly missing: number
  readonly twice: number
  readonly outOfOrder: number
  /** Arrivals that the target told apart, or that count for one that cannot. */
  readonly repeated: number
  /** Text messages that a person has to decide about. */
  readonly unclear: number
}

export type Verdict = {
  readonly kills: number
  readonly killsWhileBusy: number
  readonly targets: readonly TargetVerdict[]
  /** What did not hold; empty when all did. */
  readonly broken: readonly string[]
}

export type JudgeOptions = {
  readonly store: Store
  readonly receivers: readonly FaultyReceiver[]
  readonly mail: MailServer
  readonly phone: TextProvider
  readonly offices: Offices
  readonly others: OtherOffices
  readonly kills: number
  readonly killsWhileBusy: number
}

type Row = { event_id: string; target: string; payment_id: string; position: number; state: string }

/** Holds what the targets have against what the outbox says that they were to get. */
export async function judge(options: JudgeOptions): Promise<Verdict> {
  const { store, receivers, kills, killsWhileBusy } = options
  const rows: Row[] = await store.db
    .selectFrom('outbox')
    .select(['event_id', 'target', 'payment_id', 'position', 'state'])
    .execute()
  const webhooks = receivers.map((receiver, n) =>
    webhookVerdict(
      receiver,
      rows.filter(({ target }) => target === `whe_${n}`),
    ),
  )
  const receipts = await receiptVerdicts(options, rows)
  const targets = [...webhooks, ...receipts, ...(await officeVerdicts(store, options))]
  const dead = rows.filter(({ target, state }) => target.startsWith('con_') && state === 'dead').length
  const waiting = rows.filter(({ state }) => state === 'waiting').length
  const broken = [
    ...(dead > 0 ? [`${dead} rows to CRMs, books or the own system were given up`] : []),
    ...(waiting > 0 ? [`${waiting} rows still wait`] : []),
    ...receivers.filter(({ unsigned }) => unsigned > 0).map(({ plan }) => `${plan.name}: wrong signatures`),
    ...targets.flatMap(({ target, missing, twice, outOfOrder }) =>
      missing + twice + outOfOrder > 0
        ? [`${target}: ${missing} missing, ${twice} twice, ${outOfOrder} out of order`]
        : [],
    ),
  ]
  return { kills, killsWhileBusy, targets, broken }
}

function webhookVerdict({ plan, taken, duplicates }: FaultyReceiver, due: readonly Row[]): TargetVerdict {
  const counts = new Map<string, number>()
  for (const id of taken) counts.set(id, (counts.get(id) ?? 0) + 1)
  return {
    target: `${plan.name} (${plan.dedupes ? 'dedupes' : 'cannot dedupe'})`,
    due: due.length,
    missing: due.filter(({ event_id }) => !counts.has(event_id)).length,
    // One that cannot dedupe is promised "at least once".
    twice: plan.dedupes ? [...counts.values()].filter((count) => count > 1).length : 0,
    outOfOrder: disorder(taken, due),
    repeated: duplicates,
    unclear: 0,
  }
}

/** Arrivals of an event after a later event of the same payment. */
function disorder(taken: readonly string[], due: readonly Row[]): number {
  const rows = new Map(due.map((row) => [row.event_id, row]))
  const furthest = new Map<string, number>()
  let count = 0
  for (const id of taken) {
    const row = rows.get(id)
    if (!row) continue
    const before = furthest.get(row.payment_id) ?? -1
    if (row.position < before) count++
    furthest.set(row.payment_id, Math.max(before, row.position))
  }
  return count
}

async function receiptVerdicts(
  { store, mail, phone }: JudgeOptions,
  rows: readonly Row[],
): Promise<TargetVerdict[]> {
  const receipts = await store.db.selectFrom('receipts').selectAll().execute()
  const dueOf = (channel: string) =>
    rows.filter(({ target }) => /^rc[et]_/.test(target) && channelOf(target) === channel)
  const mails = mail.mails.map(({ messageId = '' }) => messageId)
  const numbers = phone.sent.map(({ body }) => /Receipt number (\w{10})/.exec(body)?.[1] ?? '')
  const written = (channel: string) => receipts.filter((receipt) => receipt.channel === channel)
  const unclear = written('text').filter(({ state }) => state === 'unclear').length
  const mailRefs = written('email').map(({ message_ref }) => message_ref ?? '')
  const textNumbers = written('text').map(({ id }) => id.slice(-10).toUpperCase())
  return [
    {
      target: 'e-mail (dedupes by Message-ID)',
      due: dueOf('email').length,
      missing: dueOf('email').length - mailRefs.filter((ref) => mails.includes(ref)).length,
      twice: new Set(mails).size - mailRefs.length,
      outOfOrder: saleAfterRefund(mailRefs.map((ref, n) => [written('email')[n], mails.indexOf(ref)])),
      repeated: mails.length - new Set(mails).size,
      unclear: 0,
    },
    {
      target: 'text message (never twice)',
      due: dueOf('text').length,
      missing: dueOf('text').length - textNumbers.filter((one) => numbers.includes(one)).length - unclear,
      twice: numbers.length - new Set(numbers).size,
      outOfOrder: saleAfterRefund(textNumbers.map((one, n) => [written('text')[n], numbers.indexOf(one)])),
      repeated: 0,
      unclear,
    },
  ]
}

type Arrived = readonly [{ kind: string; payment_id: string } | undefined, number]

function saleAfterRefund(arrived: readonly Arrived[]): number {
  const sales = new Map(
    arrived.filter(([row]) => row?.kind === 'sale').map(([row, at]) => [row?.payment_id, at]),
  )
  return arrived.filter(
    ([row, at]) => row?.kind === 'refund' && at >= 0 && at < (sales.get(row.payment_id) ?? -1),
  ).length
}
