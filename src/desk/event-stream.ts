import { backoffMs } from '../base/backoff.ts'
import type { DeskEvent } from '../contracts/desk-port.ts'

export type StreamListener = {
  onEvent(event: DeskEvent): void
  /** Open; `again` when it had been lost before. */
  onOpen(again: boolean): void
  onLost(): void
  /** The server ended the stream for good (an HTTP error): asks whether to try again. */
  onRefused(): Promise<'again' | 'stop'>
}

/** The part of the browser's EventSource that is used. */
export type Source = {
  readonly readyState: number
  addEventListener(type: string, listener: (event: Event) => void): void
  close(): void
}

export type EventStreamOptions = {
  readonly open: (url: string) => Source
  readonly listener: StreamListener
  readonly after: (delayMs: number, task: () => void) => void
  readonly random: () => number
}

const closed = 2
const eventTypes = ['reset', 'call', 'payment', 'platform'] as const

/**
 * GET /v1/events. EventSource comes back by itself with `Last-Event-ID` after a lost connection, and gives up after
 * an HTTP error; then this asks whether the session still holds and opens a new one with backoff.
 */
export class EventStream {
  readonly #options: EventStreamOptions
  #source: Source | undefined
  #failures = 0
  #wasOpen = false
  #stopped = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#open()
  }

  stop(): void {
    this.#stopped = true
    this.#source?.close()
  }

  /** What the stream said can no longer be trusted: lose it, and begin with a new one in a second. */
  reopen(): void {
    const doubted = this.#source
    if (this.#stopped || !doubted) return
    doubted.close()
    this.#options.listener.onLost()
    this.#options.after(1_000, () => {
      if (!this.#stopped && this.#source === doubted) this.#open()
    })
  }

  #open(): void {
    const { listener } = this.#options
    const source = this.#options.open('/v1/events')
    this.#source = source
    source.addEventListener('open', () => {
      if (source !== this.#source) return
      this.#failures = 0
      listener.onOpen(this.#wasOpen)
      this.#wasOpen = true
    })
    source.addEventListener('error', () => {
      if (source === this.#source && !this.#stopped) this.#failed(source)
    })
    for (const type of eventTypes) {
      source.addEventListener(type, (message) => {
        if (source !== this.#source) return
        listener.onEvent(JSON.parse((message as Event & { data: string }).data) as DeskEvent)
      })
    }
  }

  #failed(source: Source): void {
    this.#options.listener.onLost()
    if (source.readyState !== closed) return
    const waitMs = backoffMs(this.#failures++, { firstMs: 500, capMs: 8_000, random: this.#options.random })
    this.#options.after(waitMs, () => {
      void this.#options.listener.onRefused().then((next) => {
        if (next === 'again' && !this.#stopped && source === this.#source) this.#open()
      })
    })
  }
}
