import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { PostedAnswer } from '../../../src/contracts/posted-card.ts'
import { connectVault } from '../../../src/control/clients/vault-client.ts'
import { createPaymentCore } from '../../../src/control/payments/assemble.ts'
import type { PaymentCore } from '../../../src/control/payments/payment-core.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { type Gateway, startGateway } from '../../../src/sandbox/gateway.ts'
import { searchMemory } from '../../support/memory-search.ts'
import { type CompiledCard, compileCard } from '../../vault/support/compiled-card.ts'
import { makeCertificates } from '../../vault/support/test-gateway.ts'
import { VaultHarness } from '../../vault/support/vault-harness.ts'
import { ScriptedBridge } from '../http/scripted-parts.ts'

const apiKey = 'sk_sandbox_for_tests_only'
const password = 'a-password-for-the-door'
const merchantId = 'mer_one'
const agent = { merchantId, kind: 'agent', id: 'agt_1' } as const
const canSearch = process.platform === 'linux' && process.getuid?.() === 0

let dir: string
let compiled: CompiledCard
let gateway: Gateway
let vault: VaultHarness
let store: Store
let core: PaymentCore
let port: number
let ca: string

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const free = (server.address() as net.AddressInfo).port
  await new Promise((resolve) => server.close(resolve))
  return free
}

/** The payment core on a real vault with its pay door, and the sandbox gateway with its test cards behind it. */
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tonewall-pay-door-'))
  compiled = compileCard()
  const certificates = await makeCertificates('localhost')
  ca = certificates.ca
  const [certificateFile, keyFile] = [path.join(dir, 'door.pem'), path.join(dir, 'door.key')]
  writeFileSync(certificateFile, certificates.certificate)
  writeFileSync(keyFile, certificates.key)
  const [clock, log] = [systemClock, silentLog]
  const at = { host: '127.0.0.1', port: 0 }
  gateway = await startGateway({ listen: at, dataDir: dir, apiKey: new Secret(apiKey), clock, log })
  const origin = `https://localhost:${gateway.port}`
  const caFile = path.join(dir, 'ca.pem')
  port = await freePort()
  const door = { id: 'twilio-pay', path: '/pay', username: 'twilio', password, signing: null }
  vault = await VaultHarness.start({
    cardEntry: compiled.entry,
    gateways: [{ connector: 'sandbox', origin, caFile }],
    payDoor: {
      ...{ listen: { host: '127.0.0.1', port }, certificateFile, keyFile, warm: 1, mostAtOnce: 4 },
      entry: compiled.entry.replace(/card\.cjs$/, 'door.cjs'),
      doors: [{ ...door, connector: 'sandbox', origin }],
    },
  })
  store = await openStore({ file: path.join(dir, 'control.sqlite'), clock })
  const gatewayId = 'sandbox'
  const link = connectVault({ ...vault.link, clock, log })
  core = createPaymentCore({
    ...{ store, clock, log, vault: link, bridge: new ScriptedBridge() },
    config: {
      mode: 'sandbox',
      gateways: [
        { id: gatewayId, connector: 'sandbox', origin, caFile, apiKey: new Secret(apiKey), timeoutMs: 5_000 },
      ],
      merchants: [{ id: merchantId, name: 'One', gatewayId, agents: [], apiKeys: [], webhookEndpoints: [] }],
      payDoors: [{ id: door.id, merchantId, gatewayId }],
      collection: {
        fields: ['pan', 'expiry', 'csc'],
        acceptedBrands: null,
        limits: { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 },
      },
    },
    calls: { get: () => undefined, setMasked: () => {} },
    feed: { publish: () => {} },
  })
  await core.recover()
  await vault.until(() => link.up)
})

afterAll(async () => {
  await core?.stop(0)
  await store?.close()
  await vault?.stop()
  await gateway?.stop(0)
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** As Twilio `<Pay>` posts it. */
function post(changes: object): Promise<PostedAnswer> {
  const body = JSON.stringify({
    ...{
      method: 'charge',
      cardnumber: '4242424242424242',
      cvv: '123',
      expiry_month: '12',
      expiry_year: '34',
    },
    ...{ amount: '10.50', currency_code: 'GBP', description: 'shoes', parameters: { reference: 'INV-7' } },
    ...changes,
  })
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    authorization: `Basic ${Buffer.from(`twilio:${password}`).toString('base64')}`,
  }
  const to = {
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca,
    method: 'POST',
    path: '/pay',
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const request = https.request({ ...to, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      response.on('end', () => resolve(JSON.parse(text) as PostedAnswer))
    })
    request.on('error', reject)
    request.end(body)
  })
}

describe('a card that Twilio collected', () => {
  it('is charged at the gateway, stands in the books, and is refunded there like any other', async () => {
    const answer = await post({ transaction_id: 'IP-approved' })
    expect(answer).toMatchObject({ transaction_id: 'IP-approved', error_code: null })
    const payment = await core.payments.get(agent, answer.charge_id ?? '')
    expect(payment).toMatchObject({
      status: 'captured',
      amountMinor: 1_050,
      last4: '4242',
      reference: 'INV-7',
    })
    const refund = await core.operations.order(agent, { paymentId: payment.id, kind: 'refund' })
    expect(['done', 'pending']).toContain(refund.state)
  })

  it('is charged once when the provider asks twice', async () => {
    const [one, two] = await Promise.all([
      post({ transaction_id: 'IP-twice' }),
      post({ transaction_id: 'IP-twice' }),
    ])
    expect([one, two, await post({ transaction_id: 'IP-twice' })].map(({ charge_id }) => charge_id)).toEqual([
      one.charge_id,
      one.charge_id,
      one.charge_id,
    ])
    const { data } = await core.payments.list(agent, { limit: 100 })
    expect(data.filter(({ metadata }) => metadata.provider_transaction === 'IP-twice')).toHaveLength(1)
  })

  it('that the bank declines is an error code', async () => {
    const answer = await post({ transaction_id: 'IP-declined', cardnumber: '4000000000000002' })
    expect(answer).toMatchObject({ charge_id: null, error_code: 'do_not_honor' })
  })

  it.runIf(canSearch)('leaves no copy of its number in pool, nursery or waiting processes', async () => {
    await post({ transaction_id: 'IP-searched' })
    await vault.until(() => vault.cardPids().length <= 2)
    // As text only: as small integers this number is a pattern that all memories have. `test/vault` searches for a marked one.
    for (const pid of [vault.child.pid ?? 0, ...vault.nurseryPids(), ...vault.cardPids()])
      expect(searchMemory(pid, '4242424242424242')).toMatchObject({ ascii: 0, utf16: 0 })
  })
})
