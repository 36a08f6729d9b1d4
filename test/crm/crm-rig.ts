import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { jwtVerify } from 'jose'
import { newId } from '../../src/base/ids.ts'
import { type Facts, type Log, silentLog } from '../../src/base/log.ts'
import { type ConnectionResource, NewConnection } from '../../src/contracts/connections.ts'
import type { PaymentEventType } from '../../src/contracts/payment-events.ts'
import { CallRows, endedState, toResource } from '../../src/control/calls/call-rows.ts'
import { type ConnectionCore, createConnectionCore } from '../../src/control/connections/assemble.ts'
import type { CallRecords, CallsForRecords } from '../../src/control/connections/call-records.ts'
import type { Records } from '../../src/control/connections/records.ts'
import { Relay } from '../../src/control/outbox/relay.ts'
import { tell } from '../../src/control/outbox/store.ts'
import { eventOf, resourceOf } from '../../src/control/payments/facts.ts'
import { seedMerchants } from '../../src/control/payments/merchants.ts'
import { CallNotFound } from '../../src/control/payments/payment-errors.ts'
import type { PaymentRow } from '../../src/control/payments/rows.ts'
import { findPayment, insertPayment, updatePayment } from '../../src/control/payments/store.ts'
import type { Actor, OperationOrdered } from '../../src/control/ports.ts'
import { openStore, type Store } from '../../src/control/store/store.ts'
import { OfficeFaults } from '../../src/sandbox/office/office-faults.ts'
import { type RunningOffice, startOffice } from '../../src/sandbox/office/office-server.ts'
import { OfficeTokens, type OfficeTokensOptions } from '../../src/sandbox/office/office-tokens.ts'
import type { OfficeAnswer, OfficeRequest } from '../../src/sandbox/office/office-wire.ts'
import { SandboxBooks } from '../../src/sandbox/office/sandbox-books.ts'
import { SandboxCrm } from '../../src/sandbox/office/sandbox-crm.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { testSealer } from '../support/sealing-key.ts'
import { type TestPlace, testPlace } from '../support/test-place.ts'
import { counters } from './counters.ts'
import { HubSpotStandIn } from './hubspot-stand-in.ts'
import { RestStandIn } from './rest-stand-in.ts'
import { ZendeskStandIn } from './zendesk-stand-in.ts'

/** What was asked of the books, to be held against Xero's description. */
export class RecordedBooks extends SandboxBooks {
  readonly asked: OfficeRequest[] = []
  override answer(request: OfficeRequest): OfficeAnswer {
    this.asked.push(request)
    return super.answer(request)
  }
}

/** Without any change, before a wait is given up, in ms. */
const patienceMs = 15_000

export const client = { id: 'app', secret: 'secret-of-the-app' }
export const merchantId = 'mer_one'
export const otherMerchantId = 'mer_two'
export const agent: Actor = { merchantId, kind: 'agent', id: 'agt_1' }
export const otherAgent: Actor = { merchantId: otherMerchantId, kind: 'agent', id: 'agt_2' }

/** Rows of payments as the payment core writes them, and every system that they can be written to on one server. */
export class CrmRig {
  readonly clock = new ManualClock()
  readonly faults = new OfficeFaults()
  readonly ordered: OperationOrdered[] = []
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  readonly privateKey = this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  readonly #tokens = officeTokens(this.clock, this.#keys.publicKey)
  readonly crm = new SandboxCrm(this.#tokens.salesforce, counters.salesforce())
  readonly books = new RecordedBooks(this.#tokens.xero, counters.xero())
  readonly hubspot = new HubSpotStandIn(this.#tokens.hubspot, counters.hubspot())
  readonly zendesk = new ZendeskStandIn(this.#tokens.zendesk, counters.zendesk())
  readonly own = new RestStandIn(
    { clock: this.clock, client, lifetimeSeconds: 1_800, rotates: false },
    counters.own(),
  )
  /** Facts of every log line. */
  readonly logged: Facts[] = []
  readonly #place: TestPlace
  office!: RunningOffice
  store!: Store
  core!: ConnectionCore
  records!: Records
  /** Calls as the API finds them, of rows alone. */
  calls!: CallsForRecords
  callRecords!: CallRecords
  relay!: Relay

  readonly #publicUrl: string

  private constructor(place: TestPlace, publicUrl: string) {
    this.#place = place
    this.#publicUrl = publicUrl
  }

  /** @param publicUrl where people are sent back to who agreed */
  static async start({ publicUrl = 'https://pay.test' } = {}): Promise<CrmRig> {
    const rig = new CrmRig(await testPlace(), publicUrl)
    const desks = [rig.crm, rig.books, rig.hubspot, rig.zendesk, rig.own]
    const { clock, faults } = rig
    rig.office = await startOffice({ clock, faults, desks, listen: { host: '127.0.0.1', port: 0 } })
    await rig.startControl()
    return rig
  }

  async startControl(): Promise<void> {
    const { clock } = this
    this.store = await openStore({ ...this.#place.place, clock })
    const one = { gatewayId: 'sandbox', agents: [], apiKeys: [], webhookEndpoints: [] }
    const both = [merchantId, otherMerchantId].map((id) => ({ ...one, id, name: id }))
    await this.store.transaction((trx) =>
      seedMerchants(trx, { merchants: both, sealer: testSealer, nowMs: clock.now() }),
    )
    const note = (facts: Facts) => void this.logged.push(facts)
    const log: Log = { debug: note, info: note, warn: note, error: note }
    this.core = createConnectionCore({
      ...{ store: this.store, clock, log, mode: 'sandbox', publicUrl: this.#publicUrl },
      sealer: testSealer,
      egress: { ports: null, allow: ['127.0.0.0/8'] },
      onTold: (id) => this.relay.wake(id),
    })
    this.relay = new Relay({
      ...{ store: this.store, clock, log: silentLog, random: () => 0, kinds: [this.core.target] },
      merchantIds: async () => [merchantId, otherMerchantId],
    })
    this.relay.start()
    this.calls = callsOf(this.store)
    this.callRecords = this.core.callRecords(this.calls)
    this.records = this.core.records(
      { get: async (actor, id) => resourceOf(await this.payment(id, actor.merchantId), null) },
      {
        order: async (_, ordered) => {
          this.ordered.push(ordered)
          const rest = {
            currency: 'GBP',
            gatewayRef: null,
            because: null,
            reason: null,
            createdAt: 0,
            updatedAt: 0,
          }
          return { id: 'op_1', state: 'done', amountMinor: 1, ...rest, ...ordered } as never
        },
      },
    )
  }

  /** As SIGKILL would, but that sockets are closed: a new process takes over the same rows. */
  async restart(): Promise<void> {
    await this.relay.stop()
    await this.store.close()
    await this.startControl()
  }

  create(input: object, actor = agent): Promise<ConnectionResource> {
    const origins = { api: this.office.origin, identity: this.office.origin }
    const defaults = { name: 'Test', clientId: client.id, clientSecret: client.secret, origins }
    return this.core.connections.create(actor, NewConnection.parse({ ...defaults, ...input }))
  }

  /** Made and connected, by a person's consent where that is the way. */
  async connect(input: object, actor = agent): Promise<ConnectionResource> {
    const { id } = await this.create(input, actor)
    return this.connectAgain(id, actor)
  }

  async connectAgain(id: string, actor = agent): Promise<ConnectionResource> {
    const { connector, connections } = this.core
    const { authoriseUrl } = await connector.connect(actor, id)
    if (authoriseUrl !== null) await connector.finish(await agree(authoriseUrl))
    return connections.get(actor, id)
  }

  payment(paymentId: string, owner = merchantId): Promise<PaymentRow> {
    return findPayment(this.store.db, { merchantId: owner, paymentId })
  }

  /** A call from +44 7700 900123, of which this is said. */
  async call(metadata: Record<string, string>): Promise<string> {
    const nowMs = this.clock.now()
    const id = newId('call', nowMs)
    const row = { ...callRow(id, merchantId, nowMs), metadata: JSON.stringify(metadata) }
    await this.store.db.insertInto('calls').values(row).execute()
    return id
  }

  /** A payment of £42.50 that was taken on a call from +44 7700 900123. */
  async paid(metadata: Record<string, string>, change: Partial<PaymentRow> = {}): Promise<string> {
    const nowMs = this.clock.now()
    const callId = newId('call', nowMs)
    const owner = change.merchant_id ?? merchantId
    if (change.call_id === undefined)
      await this.store.db
        .insertInto('calls')
        .values(callRow(callId, owner, nowMs))
        .execute()
    const row: PaymentRow = {
      ...paymentRow(newId('payment', nowMs), callId, nowMs),
      metadata: JSON.stringify(metadata),
      merchant_id: owner,
      ...change,
    }
    await this.store.transaction((trx) => insertPayment(trx, row))
    await this.tell(row, 'payment.captured')
    return row.id
  }

  async refunded(paymentId: string, amountMinor: number): Promise<void> {
    const row = await this.payment(paymentId)
    const refunded = row.refunded_minor + amountMinor
    const status = refunded === row.captured_minor ? 'refunded' : 'partly-refunded'
    const next = { ...row, status, refunded_minor: refunded, version: row.version + 1 } as const
    await updatePayment(this.store.db, next, row.version)
    const operation = {
      id: newId('operation', this.clock.now()),
      kind: 'refund',
      amountMinor,
      state: 'done',
    } as const
    await this.tell(next, 'payment.refunded', operation)
  }

  async voided(paymentId: string): Promise<void> {
    const row = await this.payment(paymentId)
    const next = { ...row, status: 'voided', captured_minor: 0, version: row.version + 1 } as const
    await updatePayment(this.store.db, next, row.version)
    await this.tell(next, 'payment.voided')
  }

  async tell(
    row: PaymentRow,
    type: PaymentEventType,
    operation: Parameters<typeof eventOf>[2] = null,
  ): Promise<void> {
    const event = eventOf(row, type, operation)
    const telling = { merchantId: row.merchant_id, paymentId: row.id, position: row.version, event }
    await this.store.transaction((trx) => tell(trx, telling, this.clock.now()))
    this.relay.wake(row.merchant_id)
  }

  rows(target: string) {
    const query = this.store.db.selectFrom('outbox').selectAll().where('target', '=', target)
    return query.orderBy('event_id').execute()
  }

  /**
   * Nothing waits for the connection any more; the clock is turned as far as its waits need. Given up when nothing has
   * changed for a while: how long all of it takes is the machine's and the database's affair.
   */
  async settled(target: string): Promise<void> {
    let [before, changedMs] = ['', performance.now()]
    for (;;) {
      const waiting = await this.#waiting(target)
      if (waiting.length === 0) return
      const now = JSON.stringify(waiting)
      if (now !== before) [before, changedMs] = [now, performance.now()]
      if (performance.now() - changedMs > patienceMs)
        throw new Error(`waited in vain until nothing waits for ${target}: ${now}`)
      const due = waiting.filter(({ leased_until }) => leased_until === 0).map(({ next_at }) => next_at)
      const next = Math.min(...due)
      // Not while something is under way: the server's clock is this one too.
      const isResting = due.length === waiting.length && next > this.clock.now()
      await this.clock.turn(isResting ? next - this.clock.now() : 50)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #waiting(target: string) {
    const query = this.store.db
      .selectFrom('outbox')
      .select(['event_id', 'attempts', 'next_at', 'leased_until'])
    return query.where('target', '=', target).where('state', '=', 'waiting').orderBy('event_id').execute()
  }

  async states(target: string): Promise<string[]> {
    return (await this.rows(target)).map(({ state }) => state)
  }

  async close(): Promise<void> {
    await this.relay.stop()
    await this.store.close()
    await this.office.stop()
    await this.#place.remove()
  }
}

/** As a person does who agrees: the browser is sent there, and sent back. */
export async function agree(authoriseUrl: string): Promise<{ state: string; code: string }> {
  const agreed = await fetch(authoriseUrl, { redirect: 'manual' })
  const { searchParams } = new URL(agreed.headers.get('location') ?? '')
  return { state: searchParams.get('state') ?? '', code: searchParams.get('code') ?? '' }
}

function callsOf(store: Store): CallsForRecords {
  const rows = new CallRows(store)
  return {
    async find(owner, callId) {
      const stored = await rows.get(owner, callId)
      if (!stored) throw new CallNotFound()
      return toResource(stored.facts, endedState(stored))
    },
    learnMetadata: () => {},
  }
}

function officeTokens(clock: ManualClock, publicKey: KeyObject) {
  const make = (
    options: Pick<OfficeTokensOptions, 'authorisePath' | 'tokenPath'> & Partial<OfficeTokensOptions>,
  ) => new OfficeTokens({ clock, client, lifetimeSeconds: 1_800, rotates: false, ...options })
  return {
    salesforce: make({
      ...{ authorisePath: '/services/oauth2/authorize', tokenPath: '/services/oauth2/token' },
      async assertionIsGood(assertion) {
        const currentDate = new Date(clock.now())
        const wanted = { audience: 'https://login.salesforce.com', issuer: client.id, currentDate }
        const { payload } = await jwtVerify(assertion, publicKey, wanted).catch(() => ({ payload: null }))
        return payload?.sub === 'integration@example.com' && (payload.exp ?? 0) - clock.now() / 1_000 <= 300
      },
    }),
    xero: make({ authorisePath: '/identity/connect/authorize', tokenPath: '/connect/token', rotates: true }),
    hubspot: make({ authorisePath: '/oauth/authorize', tokenPath: '/oauth/v1/token' }),
    zendesk: make({ authorisePath: '/oauth/authorizations/new', tokenPath: '/oauth/tokens' }),
  }
}

function callRow(id: string, owner: string, nowMs: number) {
  return {
    ...{ id, merchant_id: owner, status: 'live' as const, direction: 'inbound' as const },
    ...{ from_number: '+447700900123', to_number: '+441632960000', provider: 'twilio', provider_call_id: id },
    ...{ agent_address: 'client:agent', agent_provider_call_id: null, ended_because: null },
    metadata: '{}',
    ...{ started_at: nowMs, ended_at: null, updated_at: nowMs },
  }
}

function paymentRow(id: string, callId: string, nowMs: number): PaymentRow {
  return {
    ...{ id, merchant_id: merchantId, call_id: callId, amount_minor: 4_250, currency: 'GBP' },
    ...{
      captured_minor: 4_250,
      refunded_minor: 0,
      reference: 'order-1001',
      customer: null,
      moto: null,
      keep_card: null,
      stored_card: null,
      pay_link: null,
      group_id: null,
      bank_account: null,
      description: null,
      metadata: '{}',
    },
    ...{ capture: 'automatic', confirm: 'automatic', status: 'captured', brand: 'visa', last4: '4242' },
    ...{
      gateway: 'sandbox',
      gateway_ref: 'ch_1',
      auth_code: '123456',
      decline: null,
      attempts: 1,
      version: 3,
    },
    ...{ created_at: nowMs, updated_at: nowMs },
  }
}
