import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { Embed } from '../../connectors/embed.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'
import type { NewPayLink } from '../../contracts/pay-links.ts'
import type { Gateways } from '../payments/gateways.ts'
import { newAttempt } from '../payments/new-attempt.ts'
import type { PaymentRow } from '../payments/rows.ts'
import type { PaymentRunner } from '../payments/runner.ts'
import { findPayment, insertAttempt, liveAttempt, merchantName } from '../payments/store.ts'
import { systemOf } from '../payments/system-actor.ts'
import type { Actor, Payments } from '../ports.ts'
import { addressOf, ReceiptChannelOff } from '../receipts/receipt-wishes.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import type { EmbeddedPage } from './embedded-page.ts'
import { hiddenAddress } from './link-words.ts'
import type { OpenLinks } from './open-links.ts'
import {
  EmbeddedFormsNotSupported,
  PayLinkNotOpen,
  PayLinkRefused,
  PayLinkStaysOpen,
  PayLinksNotSupported,
} from './pay-link-errors.ts'
import { findLinkByToken, insertLink, type PayLinkRow } from './pay-link-store.ts'

export type PayLinksOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly runner: PaymentRunner
  readonly gateways: Gateways
  readonly watch: GatewayWatch
  readonly payments: Pick<Payments, 'get'>
  readonly open: OpenLinks
  readonly channels: readonly ('email' | 'text')[]
  /** Ends a collection that goes on for the payment; settles when the vault holds nothing of it any more. */
  readonly setAside: (paymentId: string) => Promise<void>
}

/** Where a caller who opens our address is sent. */
export type LinkVisit =
  | { readonly kind: 'go'; readonly url: string }
  /** Our own page, with the gateway's component in it. */
  | { readonly kind: 'show'; readonly page: EmbeddedPage }
  /** The caller has just paid there, and the gateway has not said so yet. */
  | { readonly kind: 'checking' }
  | { readonly kind: 'paid' }
  | { readonly kind: 'over' }

export type PayLinks = {
  /** The same payment, at the gateway's own page from now on. Answers when the page is made and sent. */
  order(actor: Actor, paymentId: string, order: NewPayLink): Promise<PaymentResource>
  /** Has the gateway close the page: the payment is where it was, unless it has been paid meanwhile. */
  withdraw(actor: Actor, paymentId: string): Promise<PaymentResource>
  /** `returned`: the gateway's component says that it was paid. What counts is what the gateway says when asked. */
  visit(token: string, returned?: boolean): Promise<LinkVisit>
}

export function createPayLinks(options: PayLinksOptions): PayLinks {
  const { store, payments } = options
  const find = ({ merchantId }: Actor, paymentId: string) => findPayment(store.db, { merchantId, paymentId })
  return {
    async order(actor, paymentId, order) {
      const payment = await find(actor, paymentId)
      await orderLink(options, { actor, payment, order })
      await options.open.made(paymentId)
      const after = await payments.get(actor, paymentId)
      if (after.payLink?.state === 'failed') throw new PayLinkRefused()
      return after
    },
    async withdraw(actor, paymentId) {
      const { merchant_id: merchantId } = await find(actor, paymentId)
      const attempt = await liveAttempt(store.db, { merchantId, paymentId })
      if (attempt?.way !== 'pay-link') throw new PayLinkNotOpen()
      if (!(await options.open.close(attempt))) throw new PayLinkStaysOpen()
      return payments.get(actor, paymentId)
    },
    visit: (token, returned = false) => visit(options, token, returned),
  }
}

type Ordered = { readonly actor: Actor; readonly payment: PaymentRow; readonly order: NewPayLink }

async function orderLink(options: PayLinksOptions, { actor, payment, order }: Ordered): Promise<void> {
  const { clock, runner, gateways, watch, channels, setAside } = options
  const { id: paymentId, merchant_id: merchantId, gateway } = payment
  const { kind, channel, to, locale, validSeconds } = order
  const { payLinks } = gateways.of(gateway).connector
  if (!payLinks) throw new PayLinksNotSupported()
  if (kind === 'embedded' && !payLinks.createEmbedded) throw new EmbeddedFormsNotSupported()
  if (channel && !channels.includes(channel)) throw new ReceiptChannelOff()
  const address = channel && to !== undefined ? addressOf(channel, to) : null
  watch.admit(gateway)
  // First of all the card process goes, with whatever was keyed: two ways to pay are never open at once.
  await setAside(paymentId)
  const nowMs = clock.now()
  const attemptId = newId('attempt', nowMs)
  const expiresAt = nowMs + validSeconds * 1_000
  const link: PayLinkRow = {
    ...{ attempt_id: attemptId, merchant_id: merchantId, payment_id: paymentId },
    ...{ token: randomBytes(16).toString('base64url'), page_url: null, channel: channel ?? null, address },
    ...{ kind, embed: null },
    ...{ locale: locale ?? null, expires_at: expiresAt, open: 1, created_at: nowMs, updated_at: nowMs },
  }
  const shown = address && hiddenAddress(address)
  const view = { kind, url: null, channel: channel ?? null, to: shown, expiresAt, openedAt: null }
  await runner.apply({
    actor,
    paymentId,
    inputs: [{ type: 'link-ordered', attemptId, link: { ...view, state: 'making', delivery: 'none' } }],
    facts: { attemptId, channel: channel ?? 'none', expiresAt },
    set: { stored_card: null },
    async alongside(trx, row) {
      const sentTo = gateways.sentTo(gateway)
      await insertAttempt(trx, newAttempt(row, { id: attemptId, sentTo, nowMs, way: 'pay-link' }))
      await insertLink(trx, link)
    },
  })
}

async function visit(options: PayLinksOptions, token: string, returned: boolean): Promise<LinkVisit> {
  const { store, clock, runner } = options
  const link = await findLinkByToken(store.db, token)
  if (!link) return { kind: 'over' }
  if (returned && link.kind === 'embedded' && link.open === 1) await options.open.look(keyOf(link))
  const { merchant_id: merchantId, payment_id: paymentId, attempt_id: attemptId, page_url: url } = link
  const payment = await findPayment(store.db, { merchantId, paymentId })
  const live = await liveAttempt(store.db, { merchantId, paymentId })
  const isMade = link.kind === 'embedded' ? link.embed !== null : url !== null
  const isOpen = payment.status === 'linked' && live?.id === attemptId && isMade
  if (!isOpen) return { kind: isPaid(payment) ? 'paid' : 'over' }
  if (clock.now() >= link.expires_at) return { kind: 'over' }
  if (returned) return { kind: 'checking' }
  const change = { state: 'opened', openedAt: clock.now() } as const
  const inputs = [{ type: 'link-changed', attemptId, change }] as const
  await runner.apply({ actor: systemOf(merchantId), paymentId, inputs, facts: { attemptId } })
  if (link.embed !== null) return { kind: 'show', page: await pageOf(options, payment, link.embed) }
  return url === null ? { kind: 'over' } : { kind: 'go', url }
}

const keyOf = ({ attempt_id: id, merchant_id, payment_id }: PayLinkRow) => ({ id, merchant_id, payment_id })

async function pageOf({ store }: PayLinksOptions, payment: PaymentRow, embed: string): Promise<EmbeddedPage> {
  const { merchant_id: merchantId, amount_minor: amountMinor, currency, reference } = payment
  return {
    embed: Embed.parse(JSON.parse(embed)),
    merchant: await merchantName(store.db, merchantId),
    money: { amountMinor, currency },
    reference,
  }
}

const paid = new Set(['authorised', 'captured', 'partly-refunded', 'refunded', 'voided'])
const isPaid = ({ status }: PaymentRow) => paid.has(status)
