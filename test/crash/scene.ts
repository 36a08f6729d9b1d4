import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { LedgerLine } from '../../src/sandbox/ledger.ts'
import { randomFrom } from '../support/random-from.ts'
import { type Fault, faults } from './faults.ts'
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
}

/** Every point meets every fault before one of them comes again, in an order that the seed chooses. */
export function scenesOf({ runs, seed, point: wanted, gateway }: Choice): Scene[] {
  const random = randomFrom(seed)
  const all = points
    .filter(({ name }) => name === (wanted ?? name))
    .flatMap((point) =>
      faults.filter((fault) => fault === (gateway ?? fault)).map((fault) => ({ point, fault })),
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
