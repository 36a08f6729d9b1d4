import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { BridgeEvent } from '../contracts/bridge-port.ts'
import { digitCodes } from '../contracts/digit-port.ts'
import { DigitsRouted, NotMasked } from './bridge-errors.ts'
import type { Press } from './caller-guard.ts'
import { CollectionSocket } from './collection-socket.ts'

export type RouteRequest = {
  readonly collectionId: string
  readonly digitsPath: string
  readonly ticket: string
}

export type DigitRouteOptions = {
  readonly callId: string
  readonly clock: Clock
  readonly log: Log
  readonly emit: (event: BridgeEvent) => void
}

type Open = { readonly collectionId: string; readonly socket: CollectionSocket; readonly fromMs: number }

/** The way of a call's digits to the one collection that waits for them. */
export class DigitRoute {
  readonly #options: DigitRouteOptions
  #open: Open | undefined
  /** The collection that is being connected to. */
  #opening: string | undefined

  constructor(options: DigitRouteOptions) {
    this.#options = options
  }

  /** There is a collection, or there will be in a moment. */
  get taken(): boolean {
    return this.#open !== undefined || this.#opening !== undefined
  }

  get collectionId(): string | undefined {
    return this.#open?.collectionId
  }

  /**
   * Connects. Presses that begin at `fromMs` or later, in the caller's media time as it is once the way is open, go
   * there; undefined: by then they may not. Throws DigitsRouted, NotMasked.
   */
  async open(
    { collectionId, digitsPath, ticket }: RouteRequest,
    fromMs: () => number | undefined,
  ): Promise<void> {
    if (this.taken) throw new DigitsRouted()
    this.#opening = collectionId
    try {
      const { clock } = this.#options
      const onLost = () => this.#lost(socket)
      const socket = await CollectionSocket.connect({ path: digitsPath, ticket, clock, onLost })
      const mediaMs = fromMs()
      if (this.#opening !== collectionId || mediaMs === undefined) {
        socket.close()
        throw new NotMasked()
      }
      this.#open = { collectionId, socket, fromMs: mediaMs }
    } finally {
      this.#opening = undefined
    }
  }

  /** A press that began before the collection listened, and the keys A to D, are nobody's card. */
  pressed({ digit, onsetMs, toneMs }: Press): void {
    if (!this.#open || onsetMs < this.#open.fromMs || !digitCodes.has(digit)) return
    this.#open.socket.append(digit, toneMs)
  }

  close(collectionId: string): void {
    if (this.#opening === collectionId) this.#opening = undefined
    if (this.#open?.collectionId !== collectionId) return
    this.#open.socket.close()
    this.#open = undefined
  }

  /** The call ends. Who ends it knows of its collection: this is no loss to report. */
  end(): void {
    this.#open?.socket.close()
    this.#open = undefined
    this.#opening = undefined
  }

  /** The caller is gone: no digit will come. */
  callerLeft(): void {
    if (this.#open) this.#lost(this.#open.socket)
  }

  #lost(socket: CollectionSocket): void {
    if (this.#open?.socket !== socket) return
    const { collectionId } = this.#open
    this.#open = undefined
    socket.close()
    const { callId, log, emit } = this.#options
    // The vault closes the way when the card is complete; only control knows whether that was the end.
    if (socket.isSettled) log.info({ callId, collectionId }, 'the way of the digits is closed')
    else log.warn({ callId, collectionId }, 'digits no longer reach the collection')
    emit({ type: 'digits-lost', callId, collectionId })
  }
}
