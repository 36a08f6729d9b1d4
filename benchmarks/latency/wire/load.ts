/**
 * The load generator: a process of its own, so that what it costs does not count as the bridge's. It takes its orders
 * over the IPC channel (`load-port.ts`) and ends with it.
 */
import { distributionOf } from '../distribution.ts'
import type { DirectionResult, FromLoad, LoadResult, ToLoad } from './load-port.ts'
import { Metronome } from './metronome.ts'
import { type SpeechFrame, speechFrames } from './speech-frames.ts'
import { TalkingLeg } from './talking-leg.ts'

/** What is under way when the measuring ends has this long to arrive, in ms: more than a bridge may hold. */
const drainMs = 1_000

const speech: readonly SpeechFrame[] = await speechFrames()
const legs: TalkingLeg[] = []
let metronome: Metronome | undefined

process.on('disconnect', () => process.exit(0))
process.on('message', (order: ToLoad) => {
  perform(order).then(answer, (error: unknown) =>
    answer({ did: 'fail', message: error instanceof Error ? error.message : 'unknown' }),
  )
})

function answer(message: FromLoad): void {
  process.send?.(message)
}

async function perform(order: ToLoad): Promise<FromLoad> {
  if (order.do === 'open') {
    await open(order)
    return { did: 'open' }
  }
  return { did: 'measure', result: await measure(order.seconds) }
}

async function open({ url, signature, legs: plans }: Extract<ToLoad, { do: 'open' }>): Promise<void> {
  for (let i = 0; i + 1 < plans.length; i += 2) {
    const caller = await TalkingLeg.open({ url, signature }, speech, plans[i]!)
    const agent = await TalkingLeg.open({ url, signature }, speech, plans[i + 1]!)
    caller.hears(agent)
    agent.hears(caller)
    legs.push(caller, agent)
  }
  metronome = new Metronome(legs.map((leg) => () => leg.talk()))
}

async function measure(seconds: number): Promise<LoadResult> {
  const cpuBefore = process.cpuUsage()
  const beganMs = performance.now()
  metronome?.latenessMs()
  for (const leg of legs) leg.begin()
  await pause(seconds * 1_000)
  for (const leg of legs) leg.end()
  const latenessMs = metronome?.latenessMs() ?? []
  const { user, system } = process.cpuUsage(cpuBefore)
  const generatorCpu = (user + system) / 1_000 / (performance.now() - beganMs)
  await pause(drainMs)
  return {
    callerToAgent: heardBy('agent'),
    agentToCaller: heardBy('caller'),
    generatorLateMs: distributionOf(latenessMs),
    generatorCpu,
    streamsLost: legs.filter((leg) => !leg.open).length,
  }
}

function heardBy(role: 'caller' | 'agent'): DirectionResult {
  const tallies = legs.filter((leg) => leg.role === role).map(({ tally }) => tally)
  const total = (of: (tally: (typeof tallies)[number]) => number) =>
    tallies.reduce((sum, tally) => sum + of(tally), 0)
  const sent = total((tally) => tally.sent)
  return {
    addedMs: distributionOf(tallies.flatMap(({ delaysMs }) => delaysMs)),
    sent,
    lost: sent - total((tally) => tally.arrived),
    replaced: total((tally) => tally.replaced),
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
