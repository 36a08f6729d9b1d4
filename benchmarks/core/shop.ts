import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { Secret } from '../../src/base/secret.ts'
import type { CallResource } from '../../src/contracts/desk-port.ts'
import { createPaymentCore } from '../../src/control/payments/assemble.ts'
import type { PaymentCore } from '../../src/control/payments/payment-core.ts'
import type { Actor } from '../../src/control/ports.ts'
import { openStore, type Store, type StorePlace } from '../../src/control/store/store.ts'
import { testSealingKey } from '../../test/support/sealing-key.ts'
import { instantBridge, instantGateway, instantVault } from './peers.ts'

export const merchantId = 'mer_bench'
export const actor: Actor = { merchantId, kind: 'api-key', id: 'key_bench' }

/** The payment core on a real store, with a merchant's endpoint, between peers that answer at once. */
export type Shop = {
  readonly store: Store
  readonly core: PaymentCore
  /** One payment's whole life: created, card taken, authorised, captured; its receipt waits in the outbox. */
  pay(): Promise<void>
  /** Webhooks that the merchant has had. */
  told(): number
  close(): Promise<void>
}

export async function openShop(place: StorePlace): Promise<Shop> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tw-bench-'))
  const gateway = await instantGateway(folder)
  let told = 0
  const merchant = createServer((request, response) => {
    told++
    request.resume()
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => merchant.listen(0, '127.0.0.1', resolve))
  const store = await openStore({ ...place, clock: systemClock, reserveBytes: 1 })
  const authorised = new Map<string, () => void>()
  const calls = new Map<string, CallResource>()
  const core = createPaymentCore({
    ...{ store, clock: systemClock, log: silentLog, bridge: instantBridge, vault: instantVault() },
    calls: { get: (_merchant, callId) => calls.get(callId), setMasked: () => {} },
    feed: {
      publish(_merchant, event) {
        if (event.type === 'payment' && event.payment.status === 'authorised')
          authorised.get(event.payment.id)?.()
      },
    },
    config: config(gateway, `http://127.0.0.1:${(merchant.address() as AddressInfo).port}/`),
  })
  await core.recover()
  return {
    store,
    core,
    told: () => told,
    async pay() {
      const callId = newId('call', systemClock.now())
      calls.set(callId, { id: callId, status: 'live' } as CallResource)
      const order = { callId, amountMinor: 1_050, currency: 'GBP', reference: callId, metadata: {} }
      const payment = await core.payments.create(actor, { ...order, capture: 'manual', confirm: 'automatic' })
      const approval = new Promise<void>((resolve) => authorised.set(payment.id, resolve))
      await core.payments.arm(actor, payment.id)
      await approval
      authorised.delete(payment.id)
      const captured = await core.operations.order(actor, { kind: 'capture', paymentId: payment.id })
      if (captured.state !== 'done') throw new Error(`a capture is ${captured.state}`)
      calls.delete(callId)
    },
    async close() {
      await core.stop(10_000)
      await store.close()
      for (const server of [merchant, gateway.server]) {
        server.closeAllConnections()
        server.close()
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Config = Parameters<typeof createPaymentCore>[0]['config']

function config({ origin, caFile }: { origin: string; caFile: string }, url: string): Config {
  const secret = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)
  const account = { origin, caFile, apiKey: new Secret('key'), timeoutMs: 30_000 }
  return {
    mode: 'sandbox',
    sealingKeys: [testSealingKey],
    egress: { ports: null, allow: ['127.0.0.0/8', '::1/128'] },
    receipts: { email: null, text: null },
    gateways: [{ id: 'sandbox', connector: 'sandbox', ...account }],
    merchants: [
      {
        ...{ id: merchantId, name: 'Bench', gatewayId: 'sandbox', agents: [], apiKeys: [] },
        webhookEndpoints: [{ url, secret }],
      },
    ],
    collection: {
      fields: ['pan', 'expiry', 'csc'],
      acceptedBrands: null,
      limits: { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 },
    },
  }
}
