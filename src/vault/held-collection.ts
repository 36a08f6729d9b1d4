import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { digitFrame } from '../contracts/digit-port.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { CollectionEnd, CollectionOpened, OpenCollection, VaultEvent } from '../contracts/vault-port.ts'
import type { ModulusFiles, Order, Report } from './card-messages.ts'
import type { CardProcess } from './card-process.ts'
import { readEvent } from './card-reports.ts'
import { CardSending } from './card-sending.ts'
import { type DigitListener, listenForDigits } from './digit-listener.ts'
import type { GatewayRoots } from './gateway-roots.ts'
import { CardProcessNotStarted, CollectionNotAtThat } from './vault-errors.ts'

/** Whose word counts for the gateway's certificate. */
export type GatewayTrust = {
  /** PEM, or null for Node's own CAs. */
  readonly ca: string | null
  readonly roots: GatewayRoots
}

export type HeldCollectionOptions = {
  readonly request: OpenCollection
  readonly card: CardProcess
  readonly runDir: string
  readonly trust: GatewayTrust
  readonly modulus: ModulusFiles | null
  readonly clock: Clock
  /** Events in order; `ended` is the last, and comes when the process is gone. */
  readonly onEvent: (event: VaultEvent) => void
}

/** One collection, as the pool sees it: a card process, a socket that it passes on, and what they said. */
export class HeldCollection {
  /** Settles once the card process is gone and `ended` was told. */
  readonly ended: Promise<void>
  readonly #options: HeldCollectionOptions
  #listener: DigitListener | undefined
  #why: CollectionEnd | 'finished' | undefined
  #collected = false
  readonly #narrowed: string | undefined
  readonly #sending: CardSending
  #opened: (() => void) | undefined
  /** Events wait here until the answer to `open-collection` is on its way: control must know the collection first. */
  #waiting: VaultEvent[] | undefined = []

  constructor(options: HeldCollectionOptions) {
    this.#options = options
    const { ca, roots } = options.trust
    this.#narrowed = roots.narrowed()
    this.#sending = new CardSending(
      options.card,
      options.clock,
      this.#narrowed === undefined ? undefined : { roots, ca },
    )
    options.card.onReport = (report) => this.#receive(report)
    this.ended = options.card.gone.then(() => this.#gone())
  }

  get id(): string {
    return this.#options.request.collectionId
  }

  async open(): Promise<CollectionOpened> {
    const { card, runDir, request, trust, modulus } = this.#options
    const ticket = randomBytes(digitFrame.ticketBytes).toString('base64url')
    this.#listener = await listenForDigits({
      runDir,
      hand: (handle, done) => card.hand({ type: 'digits' }, handle, done),
    })
    const { connector, origin, fields, limits, acceptedBrands = null, keptCard = null } = request
    const opened = new Promise<void>((resolve) => {
      this.#opened = resolve
    })
    card.send({
      type: 'open',
      ...{ connector, origin, fields, limits, acceptedBrands, keptCard, modulus, ticket },
      ca: this.#narrowed ?? trust.ca,
      tellAnchor: this.#narrowed === undefined && trust.roots.wantsToLearn,
    })
    await Promise.race([opened, card.gone])
    if (!card.alive) throw new CardProcessNotStarted()
    setImmediate(() => this.#release())
    return { ticket, digitsPath: this.#listener.path }
  }

  /** An order about fields; refused once they are complete. */
  order(order: Extract<Order, { type: 'clear-field' | 'restart' }>): void {
    if (this.#collected) throw new CollectionNotAtThat()
    this.#options.card.send(order)
  }

  extend(byMs: number): void {
    this.#options.card.send({ type: 'extend', byMs })
  }

  suspend(suspended: boolean): void {
    this.#options.card.send({ type: 'suspend', suspended })
  }

  async send(call: GatewayCall, last: boolean): Promise<GatewayReply> {
    if (!this.#collected) return { kind: 'not-sent', because: 'policy' }
    return this.#sending.send(this.#options.request, call, last)
  }

  /** Ends the collection; `ended` settles when the process is gone. */
  stop(why: CollectionEnd): Promise<void> {
    this.#why ??= why
    this.#listener?.close()
    this.#sending.stopped()
    this.#options.card.stop(why)
    return this.ended
  }

  #receive(report: Report): void {
    if (report.type === 'opened') this.#opened?.()
    else if (report.type === 'anchored') this.#options.trust.roots.learn(report.fingerprint256)
    else if (report.type === 'reply') this.#sending.answer(report.reply)
    else if (report.type === 'ending') {
      // What the card process says of its end is nearer to the truth than what was asked of it.
      this.#why = report.why
      this.#options.card.stop('discarded')
    } else if (report.type === 'event') {
      const event = readEvent(report.event, this.id)
      if (!event) {
        this.#options.card.kill()
        return
      }
      if (event.type === 'collected') {
        this.#collected = true
        this.#listener?.close()
      }
      this.#tell(event)
    }
  }

  #gone(): void {
    this.#listener?.close()
    this.#sending.gone()
    this.#release()
    this.#tell({ type: 'ended', collectionId: this.id, why: this.#why ?? 'card-process-died' })
  }

  #tell(event: VaultEvent): void {
    if (this.#waiting) this.#waiting.push(event)
    else this.#options.onEvent(event)
  }

  #release(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const event of waiting) this.#options.onEvent(event)
  }
}
