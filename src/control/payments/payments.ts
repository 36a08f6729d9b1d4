import type { Clock } from '../../base/clock.ts'
import type { KeyedField } from '../../contracts/card.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'
import type { ReceiptChannel } from '../../contracts/receipts.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import { flowOf } from '../collection/card-flow.ts'
import type { Collections } from '../collection/collections.ts'
import type { Collection } from '../collection/runner.ts'
import type { Actor, Calls, PaymentOrder, Payments } from '../ports.ts'
import { noteWishes, readWishes } from '../receipts/receipt-wishes.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { keepOrder } from '../stored-cards/stored-cards.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { bankAccountColumn } from './bank-accounts.ts'
import { resourceOf } from './facts.ts'
import type { PaymentFlow } from './flow.ts'
import type { Gateways } from './gateways.ts'
import { makePayment } from './new-payment.ts'
import {
  CallNotFound,
  CallNotLive,
  CollectionNotRunning,
  PlatformNotReady,
  refusal,
} from './payment-errors.ts'
import type { PhoneOrders } from './phone-orders.ts'
import { motoColumn, type PaymentRow, type UsedCard } from './rows.ts'
import type { PaymentRunner } from './runner.ts'
import { splitPayment } from './split.ts'
import { findPayment, gatewayOfMerchant, listPayments, paymentsUnderWay } from './store.ts'

export type PaymentsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly runner: PaymentRunner
  readonly flow: PaymentFlow
  readonly gateways: Gateways
  readonly phoneOrders: PhoneOrders
  readonly watch: GatewayWatch
  readonly collections: Collections
  readonly calls: Calls
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly sealer: Sealer
  /** By which receipts can leave. */
  readonly receiptChannels: readonly ReceiptChannel[]
  readonly onCommitted: (row: PaymentRow) => void
}

/** Also asks for the security code of a kept card, which only stored cards' orders do. */
export type PaymentsWithCsc = Payments & {
  askCsc(actor: Actor, paymentId: string, card: UsedCard): Promise<PaymentResource>
}

const recentlyCreated = 200

/** The orders of people and their systems. Each is checked against the call, the platform and the machine. */
export function createPayments(options: PaymentsOptions): PaymentsWithCsc {
  const { store, runner, flow, collections, calls } = options
  const find = (actor: Actor, paymentId: string) =>
    findPayment(store.db, { merchantId: actor.merchantId, paymentId })
  const show = (row: PaymentRow) => resourceOf(row, collections.ofPayment(row.id)?.view ?? null)
  const look = async (actor: Actor, paymentId: string) => show(await find(actor, paymentId))

  /** The payment's collection, when the caller is being asked for a card right now. */
  const collecting = async (actor: Actor, paymentId: string): Promise<Collection> => {
    await find(actor, paymentId)
    const collection = collections.ofPayment(paymentId)
    if (collection?.state.at !== 'collecting') throw new CollectionNotRunning()
    return collection
  }

  const arm = async (
    actor: Actor,
    paymentId: string,
    keptCard: UsedCard | null = null,
  ): Promise<PaymentResource> => {
    requireStore(store)
    const before = await find(actor, paymentId)
    if (calls.get(actor.merchantId, before.call_id)?.status !== 'live') throw new CallNotLive()
    if (!options.bridge.up || !options.vault.up) throw new PlatformNotReady()
    options.gateways.of(before.gateway)
    // A double click, or a second agent: the collection that is there already is the answer.
    if (!collections.reserve(before.call_id, paymentId)) {
      await runner.settled(paymentId)
      return look(actor, paymentId)
    }
    try {
      options.watch.admit(before.gateway)
      const set = { stored_card: keptCard && JSON.stringify(keptCard) }
      return show((await runner.apply({ actor, paymentId, inputs: [{ type: 'armed' }], set })).row)
    } catch (error) {
      collections.release(before.call_id)
      throw error
    }
  }

  return {
    create: async (actor, input) => show(await create(options, actor, input)),
    get: look,
    async list({ merchantId }, page) {
      const { rows, nextCursor } = await listPayments(store.db, merchantId, page)
      return { data: rows.map(show), nextCursor }
    },
    arm: (actor, paymentId) => arm(actor, paymentId),
    askCsc: arm,
    async clearField(actor, paymentId, field: KeyedField) {
      const collection = await collecting(actor, paymentId)
      await collection.clearField(field)
      return look(actor, paymentId)
    },
    async useAnotherCard(actor, paymentId) {
      await find(actor, paymentId)
      const collection = collections.ofPayment(paymentId)
      if (collection?.state.at === 'collecting') {
        await collection.restart()
        return look(actor, paymentId)
      }
      // A complete card that waits for its confirmation makes room; the mask stays on in between.
      if (collection?.state.at === 'collected')
        collection.dispatch({ type: 'stopped', why: 'agent-cancelled', keepMask: true })
      return arm(actor, paymentId)
    },
    async extend(actor, paymentId, bySeconds) {
      await find(actor, paymentId)
      const collection = collections.ofPayment(paymentId)
      const at = collection?.state.at
      // Also a complete card may wait longer for its confirmation.
      if (!collection || (at !== 'collecting' && at !== 'collected')) throw new CollectionNotRunning()
      await collection.extend(bySeconds * 1_000)
      return look(actor, paymentId)
    },
    async split(actor, paymentId, parts) {
      const setAside = (id: string) => flow.setAside(id)
      return (await splitPayment({ ...options, setAside }, actor, { paymentId, parts })).map(show)
    },
    async confirm(actor, paymentId) {
      const row = await find(actor, paymentId)
      const collection = collections.ofPayment(paymentId)
      if (collection?.state.at === 'collected') return show(await flow.authorise(collection, actor))
      if (row.status === 'ready') throw new CollectionNotRunning()
      throw refusal({ order: 'confirmed', at: row.status })
    },
    async dropCard(actor, paymentId) {
      await find(actor, paymentId)
      collections.ofPayment(paymentId)?.dispatch({ type: 'stopped', why: 'agent-cancelled' })
      await runner.settled(paymentId)
      return look(actor, paymentId)
    },
    async cancel(actor, paymentId) {
      return show((await runner.apply({ actor, paymentId, inputs: [{ type: 'cancelled' }] })).row)
    },
    async current(merchantId) {
      const underWay = await paymentsUnderWay(store.db, merchantId)
      const { rows } = await listPayments(store.db, merchantId, { limit: recentlyCreated })
      const isLive = (row: PaymentRow) => {
        const call = calls.get(merchantId, row.call_id)
        return call !== undefined && call.status !== 'ended'
      }
      const open = new Map([...rows.filter(isLive), ...underWay].map((row) => [row.id, row]))
      return [...open.values()].map(show)
    },
    callEnded: (callId) => collections.stopCall(callId, 'caller-hung-up'),
  }
}

/** What has begun is finished as well as it can be; nothing is begun that could not be kept. */
function requireStore({ trouble }: Store): void {
  if (trouble !== null) throw new PlatformNotReady(trouble)
}

async function create(options: PaymentsOptions, actor: Actor, input: PaymentOrder): Promise<PaymentRow> {
  const { store, clock, calls, gateways, phoneOrders, sealer, receiptChannels, onCommitted } = options
  const { merchantId } = actor
  requireStore(store)
  const at = (n: number) => `/receipts/${n}`
  const wishes = readWishes(input.receipts ?? [], { channels: receiptChannels, at })
  const call = calls.get(merchantId, input.callId)
  if (!call) throw new CallNotFound()
  if (call.status === 'ended') throw new CallNotLive()
  const gateway = await gatewayOfMerchant(store.db, merchantId)
  const { facts } = gateways.of(gateway).connector
  // A debit is never declared as a telephone order: that is a word of the card schemes.
  const moto = input.bankAccount
    ? null
    : phoneOrders.declared({ merchantId, flow: flowOf(call), facts, wanted: input.moto })
  const alongside = (trx: Queries, { id: paymentId }: PaymentRow, nowMs: number) =>
    noteWishes(trx, actor, { paymentId, wishes }, nowMs)
  return makePayment({ store, clock, alongside, onCommitted }, actor, {
    call_id: call.id,
    amount_minor: input.amountMinor,
    currency: input.currency,
    reference: input.reference,
    customer: input.customer ?? null,
    description: input.description ?? null,
    metadata: JSON.stringify(input.metadata),
    capture: input.capture,
    confirm: input.confirm,
    gateway,
    moto: motoColumn(moto),
    bank_account: input.bankAccount
      ? bankAccountColumn(actor, {
          ...{ account: input.bankAccount, currency: input.currency, facts, nowMs: clock.now() },
        })
      : null,
    keep_card: input.keepCard
      ? keepOrder({ sealer, gateways }, actor, {
          ...{ keep: input.keepCard, customer: input.customer ?? null },
          ...{ gateway, nowMs: clock.now() },
        })
      : null,
  })
}
