import { newId } from '../../../src/base/ids.ts'
import { PeerAway, RequestRefused } from '../../../src/base/rpc/rpc-client.ts'
import type { EventOf, MethodName, ParamsOf } from '../../../src/base/rpc/rpc-schema.ts'
import type { CallView } from '../../../src/contracts/bridge-port.ts'
import { type BridgeContract, bridgeContract } from '../../../src/contracts/bridge-port.ts'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import type { OperationResource } from '../../../src/contracts/operations.ts'
import type { ReconciliationResource } from '../../../src/contracts/reconciliation.ts'
import type { BridgeClient } from '../../../src/control/clients/bridge-client.ts'
import type { PeerListener } from '../../../src/control/clients/peer-link.ts'
import { PaymentNotFound } from '../../../src/control/payments/payment-errors.ts'
import type {
  Actor,
  OperationOrdered,
  OperationsApi,
  Payments,
  Reconciliations,
} from '../../../src/control/ports.ts'
import { ReconciliationNotFound } from '../../../src/control/reconciliation/reconciliations.ts'

export type BridgeRequest = { readonly method: string; readonly params: Record<string, unknown> }

/** The bridge's side of the seam, as a test wants it to behave. What control asks is checked against the contract. */
export class ScriptedBridge implements BridgeClient {
  up = true
  /** Answers no more, although it is connected. */
  silent = false
  readonly asked: BridgeRequest[] = []
  snapshot: CallView[] = []
  /** So many times it does not say in time what it holds. */
  snapshotsRefused = 0
  takesTransfers = true
  readonly #listeners = new Set<PeerListener<BridgeContract>>()

  async call(method: MethodName<BridgeContract>, params: ParamsOf<BridgeContract, never>) {
    if (!this.up) throw new PeerAway(false)
    const checked = bridgeContract.methods[method].params.parse(params) as Record<string, unknown>
    this.asked.push({ method, params: checked })
    if (this.silent) return new Promise<never>(() => {})
    if (method === 'snapshot' && this.snapshotsRefused-- > 0) throw new PeerAway(true)
    if (method === 'snapshot') return { calls: this.snapshot } as never
    if (method !== 'expect-transfer') return null as never
    if (!this.takesTransfers) throw new RequestRefused('NO_TRANSFERS')
    return { dial: `8000${checked.token}` } as never
  }

  listen(listener: PeerListener<BridgeContract>): () => void {
    this.#listeners.add(listener)
    if (this.up) listener.onUp?.()
    return () => void this.#listeners.delete(listener)
  }

  close(): void {}

  say(event: EventOf<BridgeContract>): void {
    for (const { onEvent } of this.#listeners) onEvent?.(event)
  }

  goAway(): void {
    this.up = false
    for (const { onDown } of this.#listeners) onDown?.()
  }

  comeBack(snapshot: CallView[] = []): void {
    this.up = true
    this.snapshot = snapshot
    for (const { onUp } of this.#listeners) onUp?.()
  }

  requests(method: MethodName<BridgeContract>): Record<string, unknown>[] {
    return this.asked.filter((request) => request.method === method).map(({ params }) => params)
  }
}

/** Payments in memory, bound to their merchants as the real ones are: for tests of what stands in front of them. */
export class RecordedPayments implements Payments {
  readonly made: PaymentResource[] = []
  readonly orders: string[] = []
  readonly ended: string[] = []
  /** Runs before a payment is made: a test may hold it up or let it fail. */
  beforeCreate: () => Promise<void> = async () => {}
  readonly #owners = new Map<string, string>()

  async create({ merchantId }: Actor, input: Parameters<Payments['create']>[1]): Promise<PaymentResource> {
    await this.beforeCreate()
    const { receipts: _, description, customer, moto, keepCard, bankAccount, ...rest } = input
    const payment: PaymentResource = {
      ...rest,
      id: newId('payment', 0),
      customer: customer ?? null,
      moto: moto ?? null,
      description: description ?? null,
      status: 'created',
      capturedMinor: 0,
      refundedMinor: 0,
      brand: null,
      last4: null,
      gateway: 'sandbox',
      gatewayRef: null,
      authCode: null,
      decline: null,
      attempts: 0,
      keepCard: keepCard ?? null,
      method: bankAccount ? 'bank-account' : 'card',
      bankAccount: bankAccount ? { scheme: 'uk', mandate: bankAccount.mandate } : null,
      storedCardId: null,
      payLink: null,
      groupId: null,
      collection: null,
      createdAt: 0,
      updatedAt: 0,
    }
    this.made.push(payment)
    this.#owners.set(payment.id, merchantId)
    return payment
  }

  async get({ merchantId }: Actor, paymentId: string): Promise<PaymentResource> {
    const payment = this.made.find(({ id }) => id === paymentId)
    if (!payment || this.#owners.get(paymentId) !== merchantId) throw new PaymentNotFound()
    return payment
  }

  readonly pages: Parameters<Payments['list']>[1][] = []

  async list({ merchantId }: Actor, page: Parameters<Payments['list']>[1]) {
    this.pages.push(page)
    return { data: this.made.filter(({ id }) => this.#owners.get(id) === merchantId), nextCursor: null }
  }

  arm = (actor: Actor, id: string) => this.#order('arm', actor, id)
  clearField = (actor: Actor, id: string, field: string) => this.#order(`clear-field ${field}`, actor, id)
  useAnotherCard = (actor: Actor, id: string) => this.#order('another-card', actor, id)
  extend = (actor: Actor, id: string, bySeconds: number) => this.#order(`extend ${bySeconds}`, actor, id)
  confirm = (actor: Actor, id: string) => this.#order('confirm', actor, id)
  dropCard = (actor: Actor, id: string) => this.#order('drop-card', actor, id)
  cancel = (actor: Actor, id: string) => this.#order('cancel', actor, id)
  split = async (actor: Actor, id: string) => [await this.#order('split', actor, id)]

  async current(merchantId: string): Promise<PaymentResource[]> {
    return this.made.filter(({ id }) => this.#owners.get(id) === merchantId)
  }

  callEnded(callId: string): void {
    this.ended.push(callId)
  }

  async #order(order: string, actor: Actor, id: string): Promise<PaymentResource> {
    const payment = await this.get(actor, id)
    this.orders.push(order)
    return payment
  }
}

/** Operations that are done as soon as they are ordered, on the payments that were recorded. */
export class RecordedOperations implements OperationsApi {
  readonly #payments: RecordedPayments
  readonly #done: OperationResource[] = []

  constructor(payments: RecordedPayments) {
    this.#payments = payments
  }

  async order(actor: Actor, ordered: OperationOrdered): Promise<OperationResource> {
    const { kind, paymentId, amountMinor, reason = null } = ordered
    const payment = await this.#payments.get(actor, paymentId)
    this.#payments.orders.push(`${kind} ${amountMinor ?? 'all'}`)
    const operation: OperationResource = {
      ...{ id: newId('operation', 0), paymentId, kind, reason, state: 'done' },
      ...{ amountMinor: amountMinor ?? payment.amountMinor, currency: payment.currency },
      ...{ gatewayRef: 'gw_1', because: null, createdAt: 0, updatedAt: 0 },
    }
    this.#done.push(operation)
    return operation
  }

  async inquire(actor: Actor, paymentId: string): Promise<PaymentResource> {
    const payment = await this.#payments.get(actor, paymentId)
    this.#payments.orders.push('inquire')
    return payment
  }

  async ofPayments(_actor: Actor, paymentIds: readonly string[]): Promise<OperationResource[]> {
    return this.#done.filter(({ paymentId }) => paymentIds.includes(paymentId))
  }

  async list(actor: Actor, paymentId: string): Promise<OperationResource[]> {
    await this.#payments.get(actor, paymentId)
    return this.#done.filter((operation) => operation.paymentId === paymentId)
  }
}

/** Comparisons that are done at once and find nothing, each its merchant's own. */
export class RecordedReconciliations implements Reconciliations {
  readonly #runs = new Map<string, { readonly merchantId: string; readonly run: ReconciliationResource }>()

  async order({ merchantId }: Actor, { since, until }: { since: number; until: number }) {
    const run: ReconciliationResource = {
      ...{ id: newId('reconciliation', 0), gateway: 'sandbox', state: 'done', since, until },
      ...{ lines: 0, matched: 0, differences: 0, because: null, createdAt: 0, updatedAt: 0 },
    }
    this.#runs.set(run.id, { merchantId, run })
    return run
  }

  async get({ merchantId }: Actor, id: string): Promise<ReconciliationResource> {
    const found = this.#runs.get(id)
    if (found?.merchantId !== merchantId) throw new ReconciliationNotFound()
    return found.run
  }

  async list({ merchantId }: Actor) {
    const mine = [...this.#runs.values()].filter((one) => one.merchantId === merchantId)
    return { data: mine.map(({ run }) => run), nextCursor: null }
  }

  async differences(actor: Actor, id: string) {
    await this.get(actor, id)
    return []
  }

  async differencesCsv(actor: Actor, id: string): Promise<string> {
    await this.get(actor, id)
    return 'kind\r\n'
  }

  async ledgerCsv(actor: Actor, id: string): Promise<string> {
    await this.get(actor, id)
    return 'at\r\n'
  }
}
