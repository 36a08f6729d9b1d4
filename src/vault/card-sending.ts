import type { Clock } from '../base/clock.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { Order } from './card-messages.ts'
import type { CardProcess } from './card-process.ts'
import { dial } from './gate.ts'
import type { GatewayRoots } from './gateway-roots.ts'
import { allows, type Destination } from './policy.ts'
import { SendUnderWay } from './vault-errors.ts'

const dialLimitMs = 10_000
/** What the card process may take beyond the call's own time: the handshake, and some for a slow machine. */
const sendGraceMs = 12_000

/** A trust that was narrowed to what was enough before, and what to trust when it is not any more. */
export type NarrowedTrust = { readonly roots: GatewayRoots; readonly ca: string | null }

type SendOrder = Extract<Order, { type: 'send' }>
type Sending = { readonly handed: boolean; answer(reply: GatewayReply): void }

/** The pool's part in one card's way to its gateway: dial, hand the connection over, and know what is certain. */
export class CardSending {
  readonly #card: CardProcess
  readonly #clock: Clock
  #narrowed: NarrowedTrust | undefined
  #sending: Sending | undefined
  #stopped = false

  constructor(card: CardProcess, clock: Clock, narrowed?: NarrowedTrust) {
    this.#card = card
    this.#clock = clock
    this.#narrowed = narrowed
  }

  async send(destination: Destination, call: GatewayCall, last: boolean): Promise<GatewayReply> {
    if (this.#sending) throw new SendUnderWay()
    // An answer and no error: control must know for certain that nothing was sent.
    if (!allows(destination, call)) return { kind: 'not-sent', because: 'policy' }
    const reply = await this.#attempt(destination, { type: 'send', call, last })
    const narrowed = this.#narrowed
    if (!narrowed || reply.kind !== 'not-sent' || reply.because !== 'tls') return reply
    // The card process did not believe the gateway, and sent nothing: once more, believing all that may be believed.
    this.#narrowed = undefined
    narrowed.roots.mistaken()
    if (this.#stopped || !this.#card.alive) return reply
    return this.#attempt(destination, { type: 'send', call, last, trustAll: { ca: narrowed.ca } })
  }

  async #attempt({ origin }: Destination, order: SendOrder): Promise<GatewayReply> {
    const { call } = order
    const reply = new Promise<GatewayReply>((answer) => {
      this.#sending = { handed: false, answer }
    })
    const timeoutMs = Math.min(call.timeoutMs, dialLimitMs)
    const dialled = await dial({ origin, timeoutMs, clock: this.#clock })
    if (!dialled.ok) this.answer({ kind: 'not-sent', because: dialled.because })
    else if (!this.#markHanded()) dialled.close()
    else this.#card.hand(order, dialled.handle, () => dialled.close())
    const backstop = this.#clock.after(call.timeoutMs + sendGraceMs, () => this.#card.kill())
    return reply.finally(() => backstop.cancel())
  }

  answer(reply: GatewayReply): void {
    const sending = this.#sending
    this.#sending = undefined
    sending?.answer(reply)
  }

  /** The card is given up: what was not handed over was not sent. */
  stopped(): void {
    this.#stopped = true
    if (this.#sending && !this.#sending.handed) this.answer({ kind: 'not-sent', because: 'gone' })
  }

  /** The process is gone: of what was handed over, nobody knows. */
  gone(): void {
    if (this.#sending) this.answer({ kind: this.#sending.handed ? 'no-answer' : 'not-sent', because: 'gone' })
  }

  /** From here on the card process knows whether something was written; if it dies, nobody does. False when stopped. */
  #markHanded(): boolean {
    if (!this.#sending) return false
    this.#sending = { ...this.#sending, handed: true }
    return true
  }
}
