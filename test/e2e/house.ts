import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/base/clock.ts'
import { newId } from '../../src/base/ids.ts'
import type { CallResource } from '../../src/contracts/desk-port.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import type { LedgerLine } from '../../src/demo/sandbox-gateway-client.ts'
import { SimulatedCall, type SimulatedCallOptions } from '../../src/demo/simulated-call.ts'
import { connectHandset, type Handset } from '../../src/simulator/handset.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'

type Overrides = Parameters<typeof startThrowawayPlatform>[0]
type CallOptions = Pick<SimulatedCallOptions, 'report' | 'toneMs' | 'gapMs'>

/** A whole platform, the merchant's API key and the desk's events, for the tests of one file. */
export class House {
  platform!: ThrowawayPlatform
  api!: ApiClient
  watch!: DeskWatch
  readonly #overrides: Overrides
  readonly #calls = new Set<SimulatedCall>()
  #numbers = 200

  constructor(overrides: Overrides = {}) {
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

  /** A caller has dialled from a number of its own, and both ends talk. */
  async dial(options: CallOptions = {}): Promise<SimulatedCall> {
    const { platform, api, watch } = this
    const call = await SimulatedCall.dial({
      platform,
      api,
      watch,
      from: `+447700900${++this.#numbers}`,
      ...options,
    })
    this.#calls.add(call)
    return call
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
