import { backoffMs } from '../../base/backoff.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { WebhookReading } from '../../connectors/webhook.ts'
import type { GatewayWebhooks } from '../payments/gateways.ts'
import { changeEvent, dueEvents, type GatewayEventRow, keepEvent, nextEventAt } from './event-store.ts'
import { type ProcessOptions, processEvent } from './process-event.ts'

const atOnce = 50
/** Longer than an answer to an authorisation can take, in the end. */
const backoff = { firstMs: 1_000, capMs: 3_600_000 } as const
/** About nothing that we know: looked at again for so long, then left to the reconciliation. */
const parkedForMs = 3 * 24 * 3_600_000

export type GatewayEventsOptions = ProcessOptions & {
  readonly log: Log
  readonly random: () => number
  readonly gateways: { webhooksOf(gatewayId: string): GatewayWebhooks | undefined }
}

export type Delivered = { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> }

/** What became of a delivery: `unknown` when there is no such gateway, or it has no webhooks. */
export type Received =
  | { readonly kind: 'kept'; readonly answer: string | undefined }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly because: Extract<WebhookReading, { ok: false }>['because'] }

/**
 * What gateways tell by themselves. Verified over the raw bytes, stored under the gateway's own id of the event, and
 * answered; processed after that, in any order, as often as it takes.
 */
export class GatewayEvents {
  readonly #options: GatewayEventsOptions
  readonly #clock: Clock
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #wanted = false
  #stopped = false

  constructor(options: GatewayEventsOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  async receive(gatewayId: string, { body, headers }: Delivered): Promise<Received> {
    const { store, log, gateways } = this.#options
    const known = gateways.webhooksOf(gatewayId)
    if (!known) return { kind: 'unknown' }
    const { reader, secrets } = known
    const reading = reader.read({ body, headers, secrets, nowMs: this.#clock.now() })
    if (!reading.ok) {
      log.warn({ gateway: gatewayId, reason: reading.because }, 'a gateway webhook was refused')
      return { kind: 'refused', because: reading.because }
    }
    for (const event of reading.events) {
      const isNew = await keepEvent(store.db, gatewayId, event, this.#clock.now())
      log.info({ gateway: gatewayId, kind: event.what, state: isNew ? 'new' : 'known' }, 'gateway webhook')
    }
    this.wake()
    return { kind: 'kept', answer: reading.answer }
  }

  /** Processes what is due; again when the next is. */
  wake(): void {
    if (this.#stopped) return
    this.#wanted = true
    this.#timer?.cancel()
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#wanted) this.wake()
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wanted = false
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    const { store, log } = this.#options
    this.#wanted = false
    try {
      for (const event of await dueEvents(store.db, this.#clock.now(), atOnce)) {
        if (this.#stopped) return
        await this.#process(event)
      }
      const dueAt = await nextEventAt(store.db)
      if (dueAt === undefined || this.#stopped) return
      this.#timer = this.#clock.after(Math.max(dueAt - this.#clock.now(), 0), () => this.wake())
    } catch (error) {
      log.error({ error }, 'gateway webhooks could not be processed, and will be')
      if (!this.#stopped) this.#timer = this.#clock.after(backoff.firstMs, () => this.wake())
    }
  }

  async #process(event: GatewayEventRow): Promise<void> {
    const { store, log, random } = this.#options
    const nowMs = this.#clock.now()
    const tries = event.tries + 1
    const next_at = nowMs + backoffMs(event.tries, { ...backoff, random })
    try {
      const { state, because, merchantId } = await processEvent(event, this.#options)
      const gaveUp = state === 'parked' && nowMs - event.received_at > parkedForMs
      const change = { because, tries, merchant_id: merchantId, updated_at: nowMs }
      if (state === 'done') await changeEvent(store.db, event, { ...change, state })
      else if (gaveUp)
        await changeEvent(store.db, event, { ...change, state: 'done', because: `gave up: ${because}` })
      else {
        const at = state === 'later' ? 'waiting' : 'parked'
        await changeEvent(store.db, event, { ...change, state: at, next_at })
      }
      log.info(
        { gateway: event.gateway, kind: event.what, state, reason: because },
        'gateway webhook processed',
      )
    } catch (error) {
      log.error({ gateway: event.gateway, kind: event.what, error }, 'a gateway webhook failed, and waits')
      await changeEvent(store.db, event, { tries, next_at, updated_at: nowMs })
    }
  }
}
