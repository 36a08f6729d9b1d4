/** The callers and what they need to know: a process of its own, so that a thousand phones do not delay the desk. */
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import { ApiClient } from '../../../src/demo/api-client.ts'
import { demoCard } from '../../../src/demo/demo-cards.ts'
import { DeskWatch } from '../../../src/demo/desk-watch.ts'
import { loadMediaLibrary } from '../../../src/simulator/media-library.ts'
import { packageDir } from '../../../src/supervisor/platform.ts'
import { KeyingCall } from './keying-call.ts'
import type { FromPeople, PaymentReport, PeoplePlan, ToPeople } from './people-port.ts'

/** Between two callers who dial, and between two who begin to pay, in ms. */
const dialEveryMs = 100
const payEveryMs = 250
const loopResolutionMs = 5

process.on('disconnect', () => process.exit(0))
try {
  const plan = JSON.parse(await text(process.stdin)) as PeoplePlan
  const api = new ApiClient({ baseUrl: plan.controlUrl, apiKey: plan.apiKey })
  const watch = new DeskWatch(api)
  const { calls, notConnected } = await dialAll(plan, api, watch)
  const ordered = new Promise<ToPeople>((resolve) => process.once('message', resolve))
  say({ did: 'dialled' })
  await ordered
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs })
  loop.enable()
  const payments = await payAll(plan, calls)
  loop.disable()
  const loopLateP99Ms = Math.max(0, loop.percentile(99) / 1e6 - loopResolutionMs)
  await Promise.all(calls.map((call) => call.hangUp().catch(() => {})))
  await watch.close()
  say({
    did: 'finish',
    presses: calls.flatMap(({ presses }) => presses),
    payments,
    notConnected,
    loopLateP99Ms,
  })
} catch (error) {
  say({ did: 'fail', message: error instanceof Error ? error.message : 'unknown' })
}

function say(message: FromPeople): void {
  process.send?.(message)
}

async function dialAll(plan: PeoplePlan, api: ApiClient, watch: DeskWatch) {
  const library = await loadMediaLibrary(path.join(packageDir, 'media', 'speech'))
  const speech = library.get('caller-order') ?? Buffer.alloc(0)
  const dialled = Array.from({ length: plan.calls }, async (_, i) => {
    await pause(i * dialEveryMs)
    const from = `+4477009${String(i).padStart(5, '0')}`
    return KeyingCall.dial({ ...plan, api, watch, from, speech }).catch(() => undefined)
  })
  const calls = (await Promise.all(dialled)).filter((call) => call !== undefined)
  return { calls, notConnected: plan.calls - calls.length }
}

/** Agents do not all click in the same second: the payments of one round begin one after the other. */
async function payAll({ rounds }: PeoplePlan, calls: readonly KeyingCall[]): Promise<PaymentReport[]> {
  const card = demoCard('visa', Date.now())
  const paid = calls.map(async (call, i) => {
    await pause(i * payEveryMs)
    const reports: PaymentReport[] = []
    for (let round = 0; round < rounds; round++)
      reports.push(await call.pay(card, `latency-${i + 1}-${round + 1}`))
    return reports
  })
  return (await Promise.all(paid)).flat()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
