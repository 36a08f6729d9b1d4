import { createHmac } from 'node:crypto'
import { backoffMs } from '../base/backoff.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Ledger, StoredEvent } from './ledger.ts'
import type { WebhookBody } from './wire.ts'

const patienceMs = 5_000
const atOnce = 8
const backoff = { firstMs: 1_000, capMs: 60_000, random: Math.random }

export type NotifierOptions = {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly log: Log
}

/**
 * Tells the merchant's platform of everything that happened, by signed webhook, until it answers 2xx. Events were
 * written with the ledger's lines, so none is lost; their order on the way is not kept, as with other gateways.
 */
export class Notifier {
  readonly #options: NotifierOptions
  readonly #underWay = new Set<string>()
  readonly #waiting = new Map<string, Timer>()
  #to: WebhookBody | undefined
  #stopped = false

  constructor(options: NotifierOptions) {
    this.#options = options
  }

  pointTo(to: WebhookBody): void {
    this.#to = to
    this.wake()
  }

  /** Something may have been written. */
  wake(): void {
    if (this.#to === undefined || this.#stopped) return
    for (const event of this.#options.ledger.undelivered()) {
      if (this.#underWay.size >= atOnce) return
      if (this.#underWay.has(event.id) || this.#waiting.has(event.id)) continue
      this.#underWay.add(event.id)
      void this.#deliver(event, this.#to).finally(() => {
        this.#underWay.delete(event.id)
        this.wake()
      })
    }
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#waiting.values()) timer.cancel()
  }

  async #deliver(event: StoredEvent, to: WebhookBody): Promise<void> {
    const { ledger, log, clock } = this.#options
    const status = await this.#post(event, to)
    if (this.#stopped) return
    ledger.tried(event.id, status >= 200 && status < 300)
    if (status >= 200 && status < 300) return
    log.warn({ status, count: event.tries + 1 }, 'webhook not taken; once more later')
    const retry = () => {
      this.#waiting.delete(event.id)
      this.wake()
    }
    this.#waiting.set(event.id, clock.after(backoffMs(event.tries, backoff), retry))
  }

  /** The status of the answer; 0 when there was none. */
  async #post({ body }: StoredEvent, { url, secret }: WebhookBody): Promise<number> {
    const { clock } = this.#options
    const abort = new AbortController()
    const timer = clock.after(patienceMs, () => abort.abort())
    const headers = {
      'content-type': 'application/json',
      'sandbox-signature': sign(body, secret, clock.now()),
    }
    try {
      const init = { method: 'POST', headers, body, redirect: 'manual', signal: abort.signal } as const
      const response = await fetch(url, init)
      await response.arrayBuffer()
      return response.status
    } catch {
      return 0
    } finally {
      timer.cancel()
    }
  }
}

/** `t=<seconds>,v1=<HMAC-SHA-256 of "t.body" in hex>`: the time is signed too, so that an old one cannot be replayed. */
function sign(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000)
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}
