import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TonewallClient } from '../../../src/client/client.ts'
import { ApiClient } from '../../../src/demo/api-client.ts'
import { gatewayOf } from '../../../src/demo/demo.ts'
import { demoCard } from '../../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../../src/demo/desk-watch.ts'
import { SimulatedCall } from '../../../src/demo/simulated-call.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'

let platform: ThrowawayPlatform
let watch: DeskWatch
let client: TonewallClient
beforeAll(async () => {
  platform = await startThrowawayPlatform()
  const options = { baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey }
  watch = new DeskWatch(new ApiClient(options))
  client = new TonewallClient(options)
})
afterAll(async () => {
  await watch?.close()
  await platform?.stop(0)
})

const said = (text: string) => platform.logLines.filter((line) => line.includes(text))

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`waited in vain until ${what}`)
}

describe('the whole platform', () => {
  it('takes a payment, gives it back in two parts, hears of both by webhook, and agrees with the gateway', async () => {
    const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
    const call = await SimulatedCall.dial({ platform, api, watch, from: '+447700900124', talks: false })
    const { id } = await call.startPayment({ amountMinor: 1_050, currency: 'GBP', reference: 'order-9' })
    await call.keyCard(id, demoCard('visa', Date.now()))
    expect(await call.settled(id)).toMatchObject({ status: 'captured', capturedMinor: 1_050 })

    const first = await client.request('refund', { id, body: { amountMinor: 400 } })
    expect(first).toMatchObject({ state: 'done' })
    expect(await client.request('refund', { id })).toMatchObject({ state: 'done', amountMinor: 650 })
    const paid = await client.request('getPayment', { id, query: { expand: ['operations', 'call'] } })
    expect(paid).toMatchObject({ status: 'refunded', refundedMinor: 1_050, call: { id: call.call.id } })

    await until(
      'control has processed the gateway’s webhooks',
      () => said('gateway webhook processed').length >= 3,
    )
    expect(said('a gateway webhook was refused')).toEqual([])
    const now = Date.now()
    const range = { since: now - 3_600_000, until: now + 3_600_000 }
    const run = await client.request('createReconciliation', { body: range })
    await until('the ledgers are compared', async () => {
      const { state } = await client.request('getReconciliation', { id: run.id })
      return state === 'done'
    })
    const compared = await client.request('getReconciliation', { id: run.id })
    expect(compared).toMatchObject({ lines: 3, matched: 3, differences: 0 })
    const lines = (await gatewayOf(platform).ledger()).map(({ kind, amount }) => [kind, amount])
    expect(lines).toEqual([
      ['authorisation', 1_050],
      ['refund', 400],
      ['refund', 650],
    ])
    await call.hangUp()
  })
})
