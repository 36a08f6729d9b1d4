import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { OperationKind } from '../../src/contracts/operations.ts'
import type { LedgerLine } from '../../src/sandbox/ledger.ts'
import { randomFrom } from '../support/random-from.ts'
import { type Fault, faultsAt } from './faults.ts'
import { type Point, points } from './points.ts'

/** One run: where control dies, and what the gateway does. */
export type Scene = { readonly run: number; readonly point: Point; readonly fault: Fault }

const atRest = new Set(['created', 'declined', 'captured', 'cancelled', 'expired'])

/** Nothing more will come of it by itself. */
export const isAtRest = ({ status }: PaymentResource): boolean => atRest.has(status)

export type Judgement = {
  readonly doubles: number
  readonly lost: number
  readonly leftUnknown: number
  readonly complaints: readonly string[]
}

export type Choice = {
  readonly runs: number
  readonly seed: number
  readonly point?: string | undefined
  readonly gateway?: string | undefined
  readonly only?: 'payments' | 'operations' | undefined
}

/** Every point with every fault that can be met there. */
export function pairs(): Omit<Scene, 'run'>[] {
  return points.flatMap((point) => faultsAt(point).map((fault) => ({ point, fault })))
}

/** Every point meets every fault before one of them comes again, in an order that the seed chooses. */
export function scenesOf({ runs, seed, point: wanted, gateway, only }: Choice): Scene[] {
  const random = randomFrom(seed)
  const all = pairs().filter(
    ({ point, fault }) =>
      point.name === (wanted ?? point.name) &&
      fault === (gateway ?? fault) &&
      (only === undefined || (point.operation !== undefined) === (only === 'operations')),
  )
  if (all.length === 0) throw new Error('no such point or gateway')
  const order: Scene[] = []
  for (let deck: typeof all = []; order.length < runs; ) {
    if (deck.length === 0) deck = [...all]
    const [drawn] = deck.splice(Math.floor(random() * deck.length), 1)
    if (drawn) order.push({ run: order.length, ...drawn })
  }
  return order
}

export function nameOf({ run, point, fault }: Scene): string {
  return `run ${run} (${point.name}; gateway: ${fault})`
}

/** What the gateway's books and ours say of one payment, compared. `cards`: how often a card was sent. */
export function judge(payment: PaymentResource, lines: readonly LedgerLine[], cards: number): Judgement {
  const { status } = payment
  const complaints: string[] = []
  const approved = lines.filter(
    ({ kind, outcome }) => kind === 'authorisation' && outcome === 'approved',
  ).length
  const doubles = Math.max(0, approved - 1)
  const lost = approved > 0 && status !== 'captured' && status !== 'unknown' ? 1 : 0
  const leftUnknown = lines.length > 0 && (status === 'unknown' || status === 'authorising') ? 1 : 0
  if (!isAtRest(payment)) complaints.push(`the payment did not come to rest: ${status}`)
  if (status === 'captured' && approved === 0) complaints.push('captured, and the ledger has nothing of it')
  if (doubles + lost + leftUnknown > 0)
    complaints.push(`the ledger has ${approved} approvals, the payment is ${status}, ${cards} cards sent`)
  return { doubles, lost, leftUnknown, complaints }
}

const statusAfter = { capture: 'captured', void: 'voided', refund: 'partly-refunded' } as const

/** The same of one capture, void or refund that the merchant wanted once. */
export function judgeOperation(
  kind: OperationKind,
  payment: PaymentResource,
  lines: readonly LedgerLine[],
): Judgement {
  const { status, operations = [] } = payment
  const complaints: string[] = []
  const booked = lines.filter((line) => line.kind === kind && line.outcome === 'approved')
  const done = operations.filter(({ state }) => state === 'done')
  const open = operations.filter(({ state }) => state === 'open' || state === 'unknown')
  const doubles = Math.max(0, booked.length - 1)
  const lost = booked.length > 0 && done.length === 0 && open.length === 0 ? 1 : 0
  const leftUnknown = booked.length > 0 && open.length > 0 ? 1 : 0
  if (open.length > 0) complaints.push(`the ${kind} did not come to rest: ${open[0]?.state}`)
  if (done.length !== 1) complaints.push(`${done.length} of ${operations.length} operations were carried out`)
  if (done.length > booked.length) complaints.push(`${kind}: done, and the ledger has nothing of it`)
  const differs = done.some(({ amountMinor }) => kind !== 'void' && amountMinor !== booked[0]?.amount)
  if (differs) complaints.push(`the ledger has another amount: ${booked[0]?.amount}`)
  if (status !== statusAfter[kind]) complaints.push(`the payment is ${status}`)
  if (doubles + lost + leftUnknown > 0)
    complaints.push(`the ledger has ${booked.length} of the ${kind}, the payment is ${status}`)
  return { doubles, lost, leftUnknown, complaints }
}
