import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { PlatformStatus } from '../../../src/contracts/platform-status.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { seedAccess } from '../../../src/control/auth/seed-access.ts'
import { CallRegistry } from '../../../src/control/calls/registry.ts'
import { AssistedCalls } from '../../../src/control/collection/assisted-calls.ts'
import { createConnectionCore } from '../../../src/control/connections/assemble.ts'
import { DeskFeedHub } from '../../../src/control/desk-feed.ts'
import { createHttpServer, type HttpOptions, type HttpServer } from '../../../src/control/http/server.ts'
import { createDeliveries } from '../../../src/control/outbox/deliveries.ts'
import { createEndpoints } from '../../../src/control/outbox/endpoints.ts'
import type { PayLinks } from '../../../src/control/pay-links/pay-links.ts'
import { PaymentNotFound } from '../../../src/control/payments/payment-errors.ts'
import { PlanNotFound } from '../../../src/control/plans/plan-errors.ts'
import type { Plans } from '../../../src/control/plans/plans.ts'
import { createReceiptLook } from '../../../src/control/receipts/receipt-look.ts'
import { createReceipts } from '../../../src/control/receipts/receipts.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { StoredCardNotFound } from '../../../src/control/stored-cards/stored-card-errors.ts'
import type { StoredCards } from '../../../src/control/stored-cards/stored-cards.ts'
import type { TwilioRest } from '../../../src/control/telephony/twilio/rest.ts'
import { twilioRoutes } from '../../../src/control/telephony/twilio/routes.ts'
import { TwilioCalls } from '../../../src/control/telephony/twilio/twilio-calls.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { testSealer } from '../../support/sealing-key.ts'
import { writeUpToDateSqlite } from '../../support/up-to-date-sqlite.ts'
import {
  RecordedOperations,
  RecordedPayments,
  RecordedReconciliations,
  ScriptedBridge,
} from './scripted-parts.ts'

export const publicUrl = 'https://pay.test'
export const twilioToken = 'twilio-auth-token-of-the-test'
export const ours = {
  id: 'mer_ours',
  email: 'ada@ours.test',
  password: 'correct horse battery',
  key: `tw_test_${'a'.repeat(32)}`,
  number: '+441632960001',
}
export const theirs = {
  id: 'mer_theirs',
  email: 'eve@theirs.test',
  password: 'staple of another',
  key: `tw_test_${'b'.repeat(32)}`,
  number: '+441632960002',
}
/** Of ours: a flow answers it. */
export const servedNumber = '+441632960003'

type Merchants = ControlConfig['merchants']

export const merchants: Merchants = [ours, theirs].map(({ id, email, password, key }) => ({
  id,
  name: `Merchant ${id}`,
  gatewayId: 'sandbox',
  agents: [{ email, name: 'Agent', role: 'admin', password: new Secret(password) }],
  apiKeys: [{ name: 'test', key: new Secret(key) }],
  webhookEndpoints: [],
}))

/** What the provider's REST API was asked. */
export class RecordedRest implements TwilioRest {
  readonly dialled: Parameters<TwilioRest['dial']>[0][] = []
  readonly hungUp: string[] = []
  readonly over = new Set<string>()
  failure: Error | undefined
  next = 0

  async dial(order: Parameters<TwilioRest['dial']>[0]): Promise<string> {
    this.dialled.push(order)
    if (this.failure) throw this.failure
    return `CAagent${this.next++}`
  }

  async isOver(callSid: string): Promise<boolean> {
    return this.over.has(callSid)
  }

  async hangUp(callSid: string): Promise<void> {
    this.hungUp.push(callSid)
  }
}

export type Harness = {
  readonly clock: ManualClock
  readonly store: Store
  readonly bridge: ScriptedBridge
  readonly vault: { up: boolean }
  readonly payments: RecordedPayments
  readonly rest: RecordedRest
  readonly feed: DeskFeedHub
  readonly calls: CallRegistry
  readonly twilioCalls: TwilioCalls
  readonly server: HttpServer
  readonly file: string
  /** Stops without a word, as a crash does, and starts again on the same file. */
  restart(): Promise<Harness>
  close(): Promise<void>
}

export type HarnessOptions = {
  readonly mode?: 'sandbox' | 'production'
  readonly deskDir?: string
  readonly merchants?: Merchants
  readonly clock?: ManualClock
  readonly file?: string
  readonly publicUrl?: string
  /** In the place of the harness's own: parts that a test made on a store of its own, which stays the test's to close. */
  readonly parts?: Pick<HttpOptions, 'store' | 'connections' | 'records' | 'payments'> &
    Partial<Pick<HttpOptions, 'plans' | 'storedCards'>>
}

const noStatus: PlatformStatus = { at: 0, vault: 'up', bridge: 'up', store: 'up', gateways: [], outbox: null }

/** Control's API and telephony on a real store, with bridge and payments scripted. */
export async function harness(options: HarnessOptions = {}): Promise<Harness> {
  const { clock = new ManualClock(), mode = 'sandbox', publicUrl: at = publicUrl, parts } = options
  const folder = options.file
    ? path.dirname(options.file)
    : mkdtempSync(path.join(tmpdir(), 'tonewall-control-'))
  const file = options.file ?? path.join(folder, 'control.sqlite')
  if (!parts && !existsSync(file)) await writeUpToDateSqlite(file)
  const store = parts?.store ?? (await openStore({ file, clock }))
  await seedMerchants(store, options.merchants ?? merchants)
  await seedAccess({ store, clock, merchants: options.merchants ?? merchants })
  const bootId = randomBytes(6).toString('hex')
  const bridge = new ScriptedBridge()
  const vault = { up: true }
  const payments = new RecordedPayments()
  const rest = new RecordedRest()
  const feed = new DeskFeedHub({ bootId, keep: 32 })
  const calls = new CallRegistry({
    store,
    clock,
    log: silentLog,
    feed,
    bridge,
    onEnded: (callId) => payments.callEnded(callId),
    hangUp: (_provider, sid) => void rest.hangUp(sid),
    isOver: (_provider, sid) => rest.isOver(sid),
    sipMerchant: (named) => named ?? ours.id,
    onSipMetadata: (call, news) => connections.callRecords(calls).learn(call, news),
  })
  await calls.recover()
  const numbers = [
    { number: ours.number, merchantId: ours.id, agentAddress: 'client:agent' },
    { number: theirs.number, merchantId: theirs.id, agentAddress: 'client:agent' },
    { number: servedNumber, merchantId: ours.id, agentAddress: 'flow:line' },
  ]
  const twilioCalls = new TwilioCalls({
    ...{ clock, log: silentLog, calls, bridge, rest, publicUrl, numbers },
    streamUrl: 'wss://pay.test/streams/twilio',
  })
  const told = { store, clock, onTold: () => {} }
  const egress = { ports: null, allow: ['127.0.0.0/8'] }
  const targets = {
    endpoints: createEndpoints({ ...told, mode, egress, sealer: testSealer }),
    deliveries: createDeliveries(told),
    receipts: createReceipts({ ...told, channels: ['email', 'text'] }),
    receiptLook: createReceiptLook({ store, clock }),
  }
  const operations = new RecordedOperations(payments)
  const connections = createConnectionCore({
    ...{ store, clock, log: silentLog, mode, publicUrl, onTold: () => {} },
    sealer: testSealer,
    egress,
  })
  const server = await createHttpServer({
    config: {
      mode,
      publicUrl: at,
      session: { idleMinutes: 30, longestHours: 12 },
      deskDir: options.deskDir ?? path.join(folder, 'no-desk'),
      carrierUrl: 'http://127.0.0.1:8082',
      panelFrameAncestors: ['https://crm.test'],
    },
    bankAccountsOf: async () => [{ scheme: 'uk', needs: [] }],
    assisted: new AssistedCalls({ bridge, clock, log: silentLog }),
    storedCards: noStoredCards,
    payLinks: noPayLinks,
    plans: noPlans,
    ...{ version: '0.0.0', bootId, store, clock, log: silentLog },
    ...{ calls, payments, feed, vault, bridge, connections, operations, ...targets },
    records: connections.records(payments, operations),
    ...parts,
    reconciliations: new RecordedReconciliations(),
    status: async () => ({ ...noStatus, at: clock.now() }),
    gatewayEvents: { receive: async () => ({ kind: 'unknown' }) },
    providers: (app) =>
      twilioRoutes(app, { calls: twilioCalls, authToken: new Secret(twilioToken), publicUrl }),
  })
  await server.app.ready()
  const shut = async () => {
    await server.close()
    await calls.stop()
    if (!parts) await store.close()
  }
  return {
    ...{ clock, store, bridge, vault, payments, rest, feed, calls, twilioCalls, server, file },
    async restart() {
      await shut()
      return harness({ ...options, clock, file })
    },
    async close() {
      await shut()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function seedMerchants(store: Store, rows: Merchants): Promise<void> {
  const values = rows.map(({ id, name, gatewayId }) => ({
    id,
    name,
    gateway_id: gatewayId,
    created_at: 0,
    updated_at: 0,
  }))
  await store.db
    .insertInto('merchants')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export type Asked = {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH'
  readonly url: string
  readonly key?: string
  readonly idempotencyKey?: string | null
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

let keys = 0

/** A request of a merchant's machine unless told otherwise. */
export function ask(
  { server }: Harness,
  { method = 'GET', url, key = ours.key, idempotencyKey, body, headers }: Asked,
) {
  const idempotent = idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey ?? `key-${keys++}` }
  return server.app.inject({
    method,
    url,
    headers: {
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...(method === 'POST' ? idempotent : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body as object }),
  })
}

/** A webhook as Twilio sends it, with a signature that is computed here and not by the package that checks it. */
export function webhook(
  { server }: Harness,
  url: string,
  parameters: Record<string, string>,
  signature = sign(url, parameters),
) {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    payload: new URLSearchParams(parameters).toString(),
  })
}

export function sign(url: string, parameters: Record<string, string>, token = twilioToken): string {
  const names = Object.keys(parameters).sort()
  const text = `${publicUrl}${url}${names.map((name) => `${name}${parameters[name]}`).join('')}`
  return createHmac('sha1', token).update(text, 'utf8').digest('base64')
}

/** Brings a call up to both legs joined, as the provider and the bridge would. */
export async function liveCall(
  control: Harness,
  { sid = 'CAcaller', to = ours.number } = {},
): Promise<string> {
  await webhook(control, '/v1/telephony/twilio/voice', { CallSid: sid, From: '+441632960099', To: to })
  const call = await control.calls.byProvider('twilio', sid)
  if (!call) throw new Error('no call was made')
  const callId = call.facts.id
  const joined = { type: 'leg-joined', callId, masked: false } as const
  control.bridge.say({ ...joined, role: 'caller', streamSid: `MZ${sid}c` })
  control.bridge.say({ ...joined, role: 'agent', streamSid: `MZ${sid}a` })
  return callId
}

const noCard = async () => {
  throw new StoredCardNotFound()
}
const noPayment = async () => {
  throw new PaymentNotFound()
}
const noPlan = async () => {
  throw new PlanNotFound()
}
/** No plan runs here. */
const noPlans: Plans = {
  create: noPlan,
  get: noPlan,
  list: async () => ({ data: [], nextCursor: null }),
  change: noPlan,
  pause: noPlan,
  resume: noPlan,
  cancel: noPlan,
  onPayment: () => {},
}
/** No payment of the harness is switched to a link. */
const noPayLinks: PayLinks = {
  order: noPayment,
  withdraw: noPayment,
  visit: async () => ({ kind: 'over' }),
}
/** No card is kept here. */
const noStoredCards: StoredCards = {
  keep: noCard,
  get: noCard,
  list: async () => [],
  newest: async () => null,
  pay: noCard,
  charge: noCard,
  forget: noCard,
}
