import { randomUUID } from 'node:crypto'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import type { OperationKind, OperationResource } from '../../src/contracts/operations.ts'
import type { Attention } from './attention.ts'
import type { ControlProcess } from './control-process.ts'
import type { Fault } from './faults.ts'
import type { Killer } from './killer.ts'
import type { Peers } from './peers.ts'
import type { Point } from './points.ts'
import { codeOf, nobodyKnows, type Order, type Till } from './till.ts'

export type OperationRunOptions = {
  readonly control: ControlProcess
  readonly peers: Peers
  readonly attention: Attention
  readonly killer: Killer
  readonly till: Till
  readonly kind: OperationKind
  readonly reference: string
}

const restLimitMs = 150_000
/** A part: a second one of it would fit, so that nothing but the key keeps it from being given back twice. */
const refundMinor = 400
const bodyOf = (kind: OperationKind) => (kind === 'refund' ? { amountMinor: refundMinor } : {})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const isOver = ({ state }: OperationResource) => state === 'done' || state === 'failed'

/** A capture, void or refund of a payment that a well gateway has approved: ordered, and after the crash ordered again with its key. */
export class OperationRun {
  readonly #options: OperationRunOptions
  readonly #key = randomUUID()
  #paymentId = ''

  constructor(options: OperationRunOptions) {
    this.#options = options
  }

  /** The approved payment, of which the merchant has heard. */
  async begin(order: Order['body']): Promise<void> {
    const { till, peers, attention, kind } = this.#options
    const capture = kind === 'refund' ? 'automatic' : 'manual'
    const { id } = await till.create({ body: { ...order, capture }, key: randomUUID() })
    this.#paymentId = id
    await till.ask(id, 'arm')
    peers.vault.keyCard()
    const status = kind === 'refund' ? 'captured' : 'authorised'
    const approved = async () => (await till.payment(id)).status === status
    await attention.until({ what: `the payment is ${status}`, condition: approved })
    const told = async () => peers.merchant.types(id).includes(`payment.${status}`)
    await attention.until({ what: `the merchant has heard of ${status}`, condition: told })
    // The caller's line is given back too: nothing of the card is under way when the order is given.
    const free = async () => peers.vault.held.size === 0
    await attention.until({ what: 'the vault is empty', condition: free })
  }

  /** Ordered for the first time, until it is over. Throws what a dying control makes of it. */
  async live(point: Point, fault: Fault): Promise<void> {
    const { control, peers, killer, attention, kind } = this.#options
    await peers.planOperation(kind, fault)
    killer.arm(point, 'order')
    // The order to die travels by another way than the request.
    await pause(20)
    void this.#watchTheBooks()
    await attention.answered('the order', () => this.#ask(this.#key), true)
    await this.#rest()
    for (let ms = 0; ms < 500 && control.alive; ms += 20) await pause(20)
  }

  /** The merchant's system sends again what it has no answer to, with its key; and once more when it failed for good. */
  async settle(): Promise<PaymentResource> {
    await this.#again(this.#key)
    const payment = await this.#rest()
    if (!payment.operations?.every(({ state }) => state === 'failed')) return payment
    await this.#again(randomUUID())
    return this.#rest()
  }

  async #again(key: string): Promise<void> {
    const { attention } = this.#options
    try {
      await attention.answered('the order', () => this.#ask(key), true)
    } catch (error) {
      if (!nobodyKnows.has(codeOf(error) ?? '')) throw error
      // Look; and when there is none, a new key.
      const { operations = [] } = await this.#look()
      if (operations.length === 0) await this.#again(randomUUID())
    }
  }

  /** Until every operation of the payment is over; what stands then, when that was waited for in vain. */
  async #rest(): Promise<PaymentResource> {
    const { attention } = this.#options
    let last = await this.#look()
    const condition = async () => {
      last = await this.#look()
      return last.operations?.every(isOver) ?? false
    }
    const sign = () => (last.operations ?? []).map(({ state, updatedAt }) => `${state} ${updatedAt}`).join()
    const wait = { what: 'the operation is over', condition, sign, limitMs: restLimitMs }
    await this.#options.till.inVainIsAnAnswer(attention.until(wait))
    // The payment is read before its operations: what is over may have ended between the two.
    return this.#look()
  }

  async #watchTheBooks(): Promise<void> {
    const { control, peers, killer, kind, reference } = this.#options
    while (control.alive && !peers.ledger(reference).some((line) => line.kind === kind)) await pause(2)
    killer.at('booked')
  }

  #ask(key: string): Promise<OperationResource> {
    const { control, kind } = this.#options
    return control.api.request(kind, { id: this.#paymentId, body: bodyOf(kind), key })
  }

  #look(): Promise<PaymentResource> {
    const { control, attention } = this.#options
    const ask = { id: this.#paymentId, query: { expand: ['operations'] } } as const
    return attention.answered('the payment', () => control.api.request('getPayment', ask))
  }
}
