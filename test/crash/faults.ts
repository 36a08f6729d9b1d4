import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import { faultAmounts } from '../../src/sandbox/faults.ts'
import type { FaultKind } from '../../src/sandbox/wire.ts'
import { CardProcessStandIn } from '../connectors/sandbox/card-process-stand-in.ts'
import type { Point } from './points.ts'

/** What goes wrong at the gateway, or nothing. The sandbox knows most of them by the amount. */
export type Fault = FaultKind | 'declined' | 'refused' | 'refused-for-good'

export const faults: readonly Fault[] = [
  'none',
  'declined',
  'refused',
  'refused-for-good',
  'reset-before-commit',
  'reset-after-commit',
  'hang',
  'hang-before-commit',
  'error-500-before',
  'error-500-after',
  'truncated',
  'slow',
  'wrong-echo',
  'unreadable',
]

/** Those that only a card meets: control sends what follows itself, and the sandbox refuses no well-formed order. */
const ofCards: ReadonlySet<Fault> = new Set(['declined', 'refused', 'refused-for-good'])

/** What can go wrong at the gateway at this point. */
export function faultsAt({ operation }: Pick<Point, 'operation'>): readonly Fault[] {
  return operation === undefined ? faults : faults.filter((fault) => !ofCards.has(fault))
}

/** Minor units, by which the sandbox breaks in the way that the run wants. */
export function amountFor(fault: Fault): number {
  const found = Object.entries(faultAmounts).find(([, kind]) => kind === fault)
  return found ? Number(found[0]) : 1_050
}

/** Until a card process gives a hanging gateway up, in real ms. */
const patienceMs = 1_200

/** The card process and its way to the gateway: real TLS to the sandbox, with the vault's own filling and reading. */
export class CardSender {
  readonly #dataDir: string
  #refusals = 0
  #declines = false

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  /** For the run that begins now. */
  plan(fault: Fault): void {
    this.#refusals = fault === 'refused' ? 2 : fault === 'refused-for-good' ? Number.POSITIVE_INFINITY : 0
    this.#declines = fault === 'declined'
  }

  async send(call: GatewayCall): Promise<GatewayReply> {
    if (this.#refusals-- > 0) return { kind: 'not-sent', because: 'refused' }
    const pan = this.#declines ? '4000000000009995' : '4242424242424242'
    const card = new CardProcessStandIn(this.#dataDir, { pan, expiry: '1234', csc: '123' })
    return card.send(call, new Promise((resolve) => setTimeout(resolve, patienceMs)))
  }
}
