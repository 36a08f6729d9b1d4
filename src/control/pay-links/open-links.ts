import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Move, PayLinkMaker } from '../../connectors/connector.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import { converse } from '../payments/conversation.ts'
import type { Gateways } from '../payments/gateways.ts'
import type { LinkChange, LinkEnd } from '../payments/machine.ts'
import { mayResendUnsent } from '../payments/resend-rules.ts'
import { type AttemptRow, linkOf, type PaymentRow } from '../payments/rows.ts'
import type { PaymentRunner } from '../payments/runner.ts'
import type { Settlement } from '../payments/settlement.ts'
import { findPayment, liveAttempt, updateLiveAttempt } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { changeLink, findLink, openLinks, type PayLinkRow } from './pay-link-store.ts'
import type { SendLink } from './send-link.ts'

/** Between looks at an open link, in ms: webhooks are quicker, and not everybody has them. */
const lookAfterMs = [5_000, 10_000, 20_000, 40_000, 60_000] as const
const resendAfterMs = [250, 1_000] as const
/** After its time is over the gateway may need a moment to say so, in ms. */
const afterExpiryMs = 2_000

export type OpenLinksOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly runner: PaymentRunner
  readonly settlement: Settlement
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
  readonly sender: SendLink
  readonly publicUrl: string
}

const notSupported: Move = { do: 'end', outcome: { kind: 'not-sent', because: 'no-embedded-form' } }

type Key = Pick<AttemptRow, 'id' | 'merchant_id' | 'payment_id'>

/**
 * Links that may be paid: made at the gateway, sent, looked at until they are paid or their time is over. Only the
 * gateway's word ends one: as long as it has not said "expired", the caller may be paying.
 */
export class OpenLinks {
  readonly #options: OpenLinksOptions
  readonly #timers = new Map<string, Timer>()
  readonly #making = new Map<string, Promise<void>>()
  readonly #looking = new Set<Promise<void>>()
  #stopped = false

  constructor(options: OpenLinksOptions) {
    this.#options = options
  }

  /** The payment has just become `linked`: has the gateway make its page, and sends the address. */
  make(payment: PaymentRow): Promise<void> {
    const work = this.#make(payment).finally(() => this.#making.delete(payment.id))
    this.#making.set(payment.id, work)
    return work
  }

  /** Settles when nothing is being made for the payment any more. */
  async made(paymentId: string): Promise<void> {
    await this.#making.get(paymentId)
  }

  /** Something has happened at the gateway, or may have. */
  async look(attempt: Key): Promise<void> {
    if (this.#stopped) return
    this.#timers.get(attempt.id)?.cancel()
    const work = this.#look(attempt, 0).finally(() => this.#looking.delete(work))
    this.#looking.add(work)
    await work
  }

  /** True when nobody can pay by it any more: closed, or paid. */
  async close(attempt: AttemptRow): Promise<boolean> {
    const { gateways } = this.#options
    const { expire } = gateways.of(attempt.gateway).connector.payLinks ?? {}
    const asked = { ...(await this.#inquiryOf(attempt)), idempotencyKey: `expire-${attempt.id}` }
    if (!expire || asked.linkRef === '') return false
    const outcome = await this.#converse(attempt, 'link-expire', (_, account) => expire(asked, account))
    if (outcome.kind === 'link' && outcome.state === 'expired') {
      await this.#end(attempt, 'withdrawn')
      return true
    }
    return this.#settle(attempt, outcome)
  }

  /** Where the last process stopped. */
  async recover(merchantId: string): Promise<void> {
    const { store } = this.#options
    for (const link of await openLinks(store.db, merchantId)) {
      const { attempt_id: id, payment_id: paymentId } = link
      const payment = await findPayment(store.db, { merchantId, paymentId })
      const view = linkOf(payment)
      if (payment.status === 'linked' && view?.state === 'making') void this.make(payment).catch(() => {})
      else {
        const key = { id, merchant_id: merchantId, payment_id: paymentId }
        if (view?.delivery === 'sending') await this.#change(key, { delivery: 'unclear' })
        this.#later(key, 0)
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    await Promise.allSettled([...this.#looking, ...this.#making.values()])
  }

  async #make(payment: PaymentRow): Promise<void> {
    const { store, clock, sender, publicUrl } = this.#options
    const { id: paymentId, merchant_id: merchantId } = payment
    const attempt = await liveAttempt(store.db, { merchantId, paymentId })
    const link = attempt && (await findLink(store.db, { merchantId, attemptId: attempt.id }))
    if (!attempt || !link) throw new Error('a payment is linked without a link')
    const outcome = await this.#create(payment, attempt, link)
    // Its address was told to nobody but us, and not to us either: nobody can pay by it.
    const hasPage = outcome.kind === 'link' && (link.kind === 'embedded' ? outcome.embed : outcome.url)
    if (outcome.kind !== 'link' || !hasPage) return this.#end(attempt, 'failed')
    const nowMs = clock.now()
    await updateLiveAttempt(store.db, attempt, { gateway_ref: outcome.linkRef, updated_at: nowMs })
    await changeLink(
      store.db,
      { merchantId, attemptId: attempt.id },
      link.kind === 'embedded'
        ? { embed: JSON.stringify(outcome.embed), updated_at: nowMs }
        : { page_url: outcome.url ?? null, updated_at: nowMs },
    )
    const url = `${publicUrl}/l/${link.token}`
    const delivery = link.channel === null ? 'none' : 'sending'
    await this.#change(attempt, { state: 'open', url, delivery })
    this.#later(attempt, 0)
    if (link.channel !== null)
      await this.#change(attempt, { delivery: await sender.send(payment, link, url) })
  }

  async #create(payment: PaymentRow, attempt: AttemptRow, link: PayLinkRow): Promise<Outcome> {
    const { clock, gateways, publicUrl } = this.#options
    const { facts } = gateways.of(attempt.gateway).connector
    const request = {
      money: { amountMinor: attempt.amount_minor, currency: attempt.currency },
      ourReference: attempt.id,
      idempotencyKey: `link-${attempt.id}`,
      merchantReference: payment.reference,
      ...(payment.description === null ? {} : { description: payment.description }),
      capture: payment.capture === 'automatic',
      returnUrl: `${publicUrl}/l/${link.token}`,
      expiresAtMs: link.expires_at,
      nowMs: clock.now(),
      ...(link.locale === null ? {} : { locale: link.locale }),
    }
    for (const waitMs of [...resendAfterMs, undefined]) {
      const outcome = await this.#converse(attempt, 'link', (links, account) => {
        const create = link.kind === 'embedded' ? links.createEmbedded : links.create
        return create ? create(request, account) : notSupported
      })
      const again =
        (outcome.kind === 'not-sent' && mayResendUnsent(outcome.because)) ||
        (outcome.kind === 'unknown' && facts.replays5xx)
      if (!again || waitMs === undefined) return outcome
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
    }
    throw new Error('the last try always returns')
  }

  async #look(attempt: Key, looks: number): Promise<void> {
    const { store, clock, log } = this.#options
    const { id: attemptId, merchant_id: merchantId, payment_id: paymentId } = attempt
    try {
      const live = await liveAttempt(store.db, { merchantId, paymentId })
      if (live?.id !== attemptId) {
        this.#timers.delete(attemptId)
        await changeLink(store.db, { merchantId, attemptId }, { open: 0, updated_at: clock.now() })
        return
      }
      const inquiry = await this.#inquiryOf(live)
      const asked = await this.#converse(live, 'link-inquire', (links, account) =>
        links.inquire(inquiry, account),
      )
      const outcome = await this.#closeInTime(live, asked)
      const isExpired = outcome.kind === 'link' && outcome.state === 'expired'
      if (isExpired) return await this.#end(live, 'expired')
      if (await this.#settle(live, outcome)) return
    } catch (error) {
      log.error({ paymentId, attemptId, error }, 'a pay link could not be looked at, and will be')
    }
    this.#later(attempt, looks + 1)
  }

  /** Some gateways keep a page open for longer than was asked for: it is closed there when its time is over here. */
  async #closeInTime(attempt: AttemptRow, asked: Outcome): Promise<Outcome> {
    const { store, clock, gateways } = this.#options
    const { merchant_id: merchantId, id: attemptId } = attempt
    const { expire } = gateways.of(attempt.gateway).connector.payLinks ?? {}
    if (asked.kind !== 'link' || asked.state !== 'open' || !expire) return asked
    const link = await findLink(store.db, { merchantId, attemptId })
    if (!link || clock.now() < link.expires_at) return asked
    const closing = { ...(await this.#inquiryOf(attempt)), idempotencyKey: `expire-${attemptId}` }
    return this.#converse(attempt, 'link-expire', (_, account) => expire(closing, account))
  }

  /** True when the link has come to its end. An answer about something else is an alarm of the settlement's. */
  async #settle(attempt: AttemptRow, outcome: Outcome): Promise<boolean> {
    const { settlement, store, clock } = this.#options
    if (outcome.kind === 'unknown' && outcome.alarm) await settlement.settle(attempt, outcome)
    if (outcome.kind !== 'approved') return false
    const { row } = await settlement.settle(attempt, outcome)
    if (row.status === 'linked') return false
    const { merchant_id: merchantId, id: attemptId } = attempt
    this.#forget(attemptId)
    await changeLink(store.db, { merchantId, attemptId }, { open: 0, updated_at: clock.now() })
    return true
  }

  async #end(attempt: AttemptRow, why: LinkEnd): Promise<void> {
    const { runner, clock } = this.#options
    const { id: attemptId, merchant_id: merchantId, payment_id: paymentId } = attempt
    this.#forget(attemptId)
    const updated_at = clock.now()
    await runner.apply({
      actor: systemOf(merchantId),
      paymentId,
      inputs: [{ type: 'link-ended', attemptId, why }],
      facts: { attemptId, why },
      async alongside(trx) {
        await updateLiveAttempt(trx, attempt, { state: 'not-sent', because: `link-${why}`, updated_at })
        await changeLink(trx, { merchantId, attemptId }, { open: 0, updated_at })
      },
    })
  }

  async #change(attempt: Key, change: LinkChange): Promise<void> {
    const { id: attemptId, merchant_id: merchantId, payment_id: paymentId } = attempt
    const inputs = [{ type: 'link-changed', attemptId, change }] as const
    await this.#options.runner.apply({ actor: systemOf(merchantId), paymentId, inputs, facts: { attemptId } })
  }

  async #inquiryOf(attempt: AttemptRow) {
    const { merchant_id: merchantId, payment_id: paymentId } = attempt
    const { capture } = await findPayment(this.#options.store.db, { merchantId, paymentId })
    return {
      linkRef: attempt.gateway_ref ?? '',
      ourReference: attempt.id,
      money: { amountMinor: attempt.amount_minor, currency: attempt.currency },
      capture: capture === 'automatic',
    }
  }

  async #converse(
    attempt: AttemptRow,
    operation: string,
    open: (links: PayLinkMaker, account: ReturnType<Gateways['of']>['account']) => Move,
  ): Promise<Outcome> {
    const { gateways, gatewayClient, watch } = this.#options
    const { connector, account } = gateways.of(attempt.gateway)
    const { payLinks } = connector
    if (!payLinks) return { kind: 'not-sent', because: 'no-pay-links' }
    const outcome = await converse({
      connector,
      account,
      open: () => open(payLinks, account),
      send: (call) => watch.call(attempt.gateway, call, (one) => gatewayClient.send(one)),
    })
    return watch.ended(attempt.gateway, operation, outcome)
  }

  #later(attempt: Key, looks: number): void {
    if (this.#stopped) return
    const { clock, store } = this.#options
    const usualMs = lookAfterMs[Math.min(looks, lookAfterMs.length - 1)] ?? 60_000
    this.#timers.get(attempt.id)?.cancel()
    const arm = (afterMs: number) => {
      const look = () => void this.#tracked(attempt, looks)
      this.#timers.set(attempt.id, clock.after(afterMs, look))
    }
    arm(usualMs)
    // Exactly when its time is over, the desk should know.
    const sooner = findLink(store.db, { merchantId: attempt.merchant_id, attemptId: attempt.id }).then(
      (link) => {
        const leftMs = link ? link.expires_at + afterExpiryMs - clock.now() : usualMs
        if (leftMs <= 0 || leftMs >= usualMs || this.#stopped || !this.#timers.has(attempt.id)) return
        this.#timers.get(attempt.id)?.cancel()
        arm(leftMs)
      },
    )
    const tracked = sooner.catch(() => {}).finally(() => this.#looking.delete(tracked))
    this.#looking.add(tracked)
  }

  #tracked(attempt: Key, looks: number): void {
    const work = this.#look(attempt, looks).finally(() => this.#looking.delete(work))
    this.#looking.add(work)
  }

  #forget(attemptId: string): void {
    this.#timers.get(attemptId)?.cancel()
    this.#timers.delete(attemptId)
  }
}
