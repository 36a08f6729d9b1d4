import type { Clock } from '../base/clock.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { PostedAnswer } from '../contracts/posted-card.ts'
import type { CollectionEnd, VaultEvent } from '../contracts/vault-port.ts'
import type { Report } from './card-messages.ts'
import type { CardProcess } from './card-process.ts'
import { readEvent } from './card-reports.ts'
import { CardSending } from './card-sending.ts'
import type { Door, DoorOrder } from './door-messages.ts'

export type PostedCollectionOptions = {
  readonly collectionId: string
  readonly card: CardProcess
  readonly doors: readonly Door[]
  readonly clock: Clock
  readonly onEvent: (event: VaultEvent) => void
}

/** One posted card, as the pool sees it: a process, a connection that it passed on unread, and what they said. */
export class PostedCollection {
  /** Settles once the process is gone and `ended` was told. */
  readonly ended: Promise<void>
  readonly #options: PostedCollectionOptions
  readonly #sending: CardSending
  #door: Door | undefined
  #why: CollectionEnd | 'finished' | undefined

  constructor(options: PostedCollectionOptions) {
    const { card, clock } = options
    this.#options = options
    this.#sending = new CardSending(card, clock)
    card.onReport = (report) => this.#receive(report)
    this.ended = card.gone.then(() => this.#gone())
  }

  receive(order: Extract<DoorOrder, { type: 'receive' }>, handle: unknown, done: () => void): void {
    this.#options.card.hand(order, handle, done)
  }

  async send(call: GatewayCall, last: boolean): Promise<GatewayReply> {
    if (!this.#door) return { kind: 'not-sent', because: 'policy' }
    return this.#sending.send(this.#door, call, last)
  }

  answer(answer: PostedAnswer): void {
    this.#options.card.send({ type: 'answer', answer })
  }

  stop(why: CollectionEnd): Promise<void> {
    this.#why ??= why
    this.#sending.stopped()
    this.#options.card.stop(why)
    return this.ended
  }

  #receive(report: Report): void {
    const { card, collectionId, doors, onEvent } = this.#options
    if (report.type === 'reply') this.#sending.answer(report.reply)
    else if (report.type === 'ending') {
      this.#why = report.why
      card.stop('discarded')
    } else if (report.type === 'event') {
      const event = readEvent(report.event, collectionId)
      const door = event?.type === 'card-posted' ? doors.find(({ id }) => id === event.door) : undefined
      // A process that was broken into says one thing once, of a door that there is, or it goes.
      if (!event || !door || this.#door) card.kill()
      else {
        this.#door = door
        onEvent(event)
      }
    }
  }

  #gone(): void {
    const { collectionId, onEvent } = this.#options
    this.#sending.gone()
    if (this.#door) onEvent({ type: 'ended', collectionId, why: this.#why ?? 'card-process-died' })
  }
}
