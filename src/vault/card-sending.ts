import type { Clock } from '../base/clock.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { CardProcess } from './card-process.ts'
import { dial } from './gate.ts'
import { allows, type Destination } from './policy.ts'
import { SendUnderWay } from './vault-errors.ts'

const dialLimitMs = 10_000
/** What the card process may take beyond the call's own time: the handshake, and some for a slow machine. */
const sendGraceMs = 12_000

type Sending = { readonly handed: boolean; answer(reply: GatewayReply): void }

/** The pool's part in one card's way to its gateway: dial, hand the connection over, and know what is certain. */
export class CardSending {
  readonly #card: CardProcess
  readonly #clock: Clock
  #sending: Sending | undefined

  constructor(card: CardProcess, clock: Clock) {
    this.#card = card
    this.#clock = clock
  }

  async send(destination: Destination, call: GatewayCall, last: boolean): Promise<GatewayReply> {
    if (this.#sending) throw new SendUnderWay()
    // An answer and no error: control must know for certain that nothing was sent.
    if (!allows(destination, call)) return { kind: 'not-sent', because: 'policy' }
    const reply = new Promise<GatewayReply>((answer) => {
      this.#sending = { handed: false, answer }
    })
    const timeoutMs = Math.min(call.timeoutMs, dialLimitMs)
    const dialled = await dial({ origin: destination.origin, timeoutMs, clock: this.#clock })
    if (!dialled.ok) this.answer({ kind: 'not-sent', because: dialled.because })
    else if (!this.#markHanded()) dialled.close()
    else this.#card.hand({ type: 'send', call, last }, dialled.handle, () => dialled.close())
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
