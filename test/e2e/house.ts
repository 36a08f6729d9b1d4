import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import type { CallResource, PaymentResource } from '../../src/contracts/desk-port.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import type { DemoCard } from '../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import type { LedgerLine } from '../../src/demo/sandbox-gateway-client.ts'
import { SimulatedCall, type SimulatedCallOptions } from '../../src/demo/simulated-call.ts'
import { connectHandset, type Handset } from '../../src/simulator/handset.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'

type Overrides = Parameters<typeof startThrowawayPlatform>[0]
type CallOptions = Pick<SimulatedCallOptions, 'report' | 'toneMs' | 'gapMs'>

/** A caller on a busy machine is given time, unless a test is about the limits. */
const patient = { collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 } }

/** A whole platform, the merchant's API key and the desk's events, for the tests of one file. */
export class House {
  platform!: ThrowawayPlatform
  api!: ApiClient
  watch!: DeskWatch
  readonly #overrides: Overrides
  readonly #calls = new Set<SimulatedCall>()
  #numbers = 200

  constructor(overrides: Overrides = patient) {
    this.#overrides = overrides
  }

  async open(): Promise<void> {
    this.platform = await startThrowawayPlatform(this.#overrides)
    const { addresses, credentials } = this.platform
    this.api = new ApiClient({ baseUrl: addresses.control, apiKey: credentials.apiKey })
    this.watch = new DeskWatch(this.api)
  }

  async close(): Promise<void> {
    await this.watch?.close()
    await this.platform?.stop(0)
  }

  /**
   * A caller has dialled from a number of its own, and both ends talk. Unless told, the network tells of keys by
   * message: that does not depend on a machine that is quick enough for real-time audio.
   */
  async dial(options: CallOptions = {}): Promise<SimulatedCall> {
    const { platform, api, watch } = this
    const call = await SimulatedCall.dial({
      platform,
      api,
      watch,
      from: `+447700900${++this.#numbers}`,
      report: 'message',
      ...options,
    })
    this.#calls.add(call)
    return call
  }

  /**
   * Keys a card by tones. A machine that is too busy for real time can cut a tone in two or swallow it; then the field
   * is cleared and keyed again, as people would, and the test says so.
   */
  async keyCard(call: SimulatedCall, id: string, card: DemoCard): Promise<void> {
    for (const field of ['pan', 'expiry', 'csc'] as const) {
      for (let tries = 1; ; tries++) {
        await call.keyField(id, field, card[field])
        const taken = ({ status, collection }: PaymentResource) =>
          status !== 'collecting' ||
          collection?.fields.find((one) => one.field === field)?.state === 'accepted'
        const done = await this.watch.untilPayment(id, `${field} taken`, taken, 10_000).then(
          () => true,
          () => false,
        )
        if (done) break
        if (tries === 3) throw new Error(`${field}: keyed three times and not taken`)
        console.log(`${field}: keyed again, because the audio came through broken`)
        await this.api.act(id, 'clear-field', { body: { field } })
      }
    }
  }

  async hangUpAll(): Promise<void> {
    const calls = [...this.#calls]
    this.#calls.clear()
    await Promise.all(calls.map((call) => call.hangUp()))
  }

  /** Takes the agent's end of the call from this number, with a telephone that talks. */
  async answerAs(from: string): Promise<{ call: CallResource; agent: Handset }> {
    const isLive = (call: CallResource) => call.from === from && call.status === 'live'
    const call = await this.watch.until('a live call', () => [...this.watch.calls.values()].find(isLive))
    const agent = await connectHandset({
      url: this.platform.addresses.simulator,
      role: { kind: 'agent', identity: 'agent', parameters: { callId: call.id } },
      talks: true,
    })
    await agent.reached('start')
    return { call, agent }
  }

  /** The API as a merchant sees it that shares this platform: made in the store, as a sandbox has only one. */
  otherMerchant(): ApiClient {
    const apiKey = `tw_test_${randomBytes(24).toString('base64url')}`
    const nowMs = systemClock.now()
    const hash = createHash('sha256').update(apiKey).digest('hex')
    const store = new DatabaseSync(path.join(this.platform.dataDir, 'tonewall.sqlite'))
    store.exec('pragma busy_timeout = 5000')
    store
      .prepare('insert into merchants (id, name, gateway_id, created_at, updated_at) values (?, ?, ?, ?, ?)')
      .run('mer_other', 'Other Stores', 'sandbox', nowMs, nowMs)
    store
      .prepare('insert into api_keys (id, merchant_id, name, key_hash, created_at) values (?, ?, ?, ?, ?)')
      .run(newId('apiKey', nowMs), 'mer_other', 'other', hash, nowMs)
    store.close()
    return new ApiClient({ baseUrl: this.platform.addresses.control, apiKey })
  }

  async ledger(reference: string): Promise<LedgerLine[]> {
    const lines = await gatewayOf(this.platform).ledger()
    return lines.filter(({ merchantReference }) => merchantReference === reference)
  }
}
