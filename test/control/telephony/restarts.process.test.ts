import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ApiClient } from '../../../src/demo/api-client.ts'
import { DeskWatch } from '../../../src/demo/desk-watch.ts'
import { SimulatedCall } from '../../../src/demo/simulated-call.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'

let platform: ThrowawayPlatform
let api: ApiClient
let watch: DeskWatch
let call: SimulatedCall

beforeAll(async () => {
  platform = await startThrowawayPlatform()
  api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  watch = new DeskWatch(api)
  call = await SimulatedCall.dial({ platform, api, watch, from: '+447700900188' })
})
afterAll(async () => {
  await watch?.close()
  await platform?.stop(0)
})

function kill(name: 'bridge' | 'control' | 'vault'): void {
  const pid = platform.pidOf(name)
  if (pid === undefined) throw new Error(`${name} does not run`)
  process.kill(pid, 'SIGKILL')
}

const ready = async () => (await fetch(`${platform.addresses.control}/readyz`)).status === 200
const theCall = async () => (await api.calls()).find(({ id }) => id === call.call.id)

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const held = await condition().catch(() => false)
      if (!held) throw new Error(`not yet: ${what}`)
    },
    { timeout: 40_000, interval: 50 },
  )
}

const whole = () =>
  until(async () => {
    const found = await theCall()
    return (
      found?.status === 'live' && found.caller === 'joined' && found.agent === 'joined' && (await ready())
    )
  }, 'both legs joined')

describe('a live call', () => {
  it('goes on when the bridge is killed: both streams come back, and the mask that they come back with is taken off', async () => {
    kill('bridge')
    await until(async () => (await theCall())?.caller !== 'joined', 'the loss seen')
    await whole()
    await until(async () => (await theCall())?.masked === false, 'unmasked')
  })

  it('goes on when control is killed, and is the same call afterwards', async () => {
    kill('control')
    await until(async () => !(await ready().catch(() => false)), 'control gone')
    await whole()
  })

  it('ends for both parties when the desk hangs up', async () => {
    const response = await fetch(`${platform.addresses.control}/v1/calls/${call.call.id}/hang-up`, {
      method: 'POST',
      headers: { authorization: `Bearer ${platform.credentials.apiKey}`, 'idempotency-key': 'hang-up' },
    })
    expect(await response.json()).toMatchObject({ status: 'ended', caller: 'left', agent: 'left' })
    await until(async () => (await theCall()) === undefined, 'gone from the list')
    await call.caller.reached('stop')
  })
})
