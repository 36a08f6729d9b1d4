import type { CallResource, DeskEvent, PaymentResource } from '../contracts/desk-port.ts'
import type { ApiClient } from './api-client.ts'

/** Something that was waited for did not happen in time. */
export class NotInTime extends Error {}

export type WatchedEvent = { readonly event: DeskEvent; readonly atMs: number }

/** What the desk would show: follows the event stream and keeps the newest state of every call and payment. */
export class DeskWatch {
  readonly calls = new Map<string, CallResource>()
  readonly payments = new Map<string, PaymentResource>()
  readonly #abort = new AbortController()
  readonly #listeners = new Set<(watched: WatchedEvent) => void>()
  readonly #follow: Promise<void>

  constructor(api: ApiClient) {
    this.#follow = this.#read(api)
  }

  /** Calls back for every event; returns how to stop. */
  listen(listener: (watched: WatchedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves as soon as the condition yields something, now or after an event. Rejects with NotInTime. */
  async until<T>(
    what: string,
    condition: () => T | undefined | false | null,
    timeoutMs = 20_000,
  ): Promise<T> {
    const now = condition()
    if (now) return now
    const found = Promise.withResolvers<T>()
    const stop = this.listen(() => {
      const value = condition()
      if (value) found.resolve(value)
    })
    const timer = setTimeout(
      () => found.reject(new NotInTime(`${what}: not within ${timeoutMs} ms`)),
      timeoutMs,
    )
    try {
      return await found.promise
    } finally {
      clearTimeout(timer)
      stop()
    }
  }

  untilPayment(
    id: string,
    what: string,
    condition: (payment: PaymentResource) => boolean,
    timeoutMs?: number,
  ): Promise<PaymentResource> {
    const find = () => {
      const payment = this.payments.get(id)
      return payment && condition(payment) ? payment : undefined
    }
    return this.until(what, find, timeoutMs)
  }

  async close(): Promise<void> {
    this.#abort.abort()
    await this.#follow
  }

  async #read(api: ApiClient): Promise<void> {
    for await (const event of api.events(this.#abort.signal)) {
      if (event.type === 'call') this.calls.set(event.call.id, event.call)
      else if (event.type === 'payment') this.payments.set(event.payment.id, event.payment)
      for (const listener of this.#listeners) listener({ event, atMs: performance.now() })
    }
  }
}
