import { setTimeout as pause } from 'node:timers/promises'
import type { Anchor } from './anchor.ts'
import { type Call, closeCalls, openCalls } from './calls.ts'
import { cpuMsOf, droppedAt } from './process-cpu.ts'
import { type Direction, talk } from './talk.ts'

/** Until code is compiled, sources are known and delay lines are full, in ms. */
const warmUpMs = 6_000
const drainMs = 300

export type Work = {
  readonly name: string
  readonly from: Direction
  readonly masked: boolean
}

/**
 * Each direction by itself, so that the cost of a packet is that of its kind; and a whole call both ways, masked towards
 * the agent, for what gets lost.
 */
export const works: readonly Work[] = [
  { name: 'relay, agent to caller', from: 'agent', masked: false },
  { name: 'caller to agent, not masked', from: 'caller', masked: false },
  { name: 'caller to agent, masked', from: 'caller', masked: true },
  { name: 'both ways, masked', from: 'both', masked: true },
]

export type Cost = {
  /** Of the anchor's processor time, in microseconds for each packet that was sent to it. */
  readonly usPerPacket: number
  /** Share of one core. */
  readonly core: number
  readonly sent: number
  /** Packets that did not come out: all there are, less what a delay line may still hold (60 ms a call). */
  readonly lost: number
  /** Of these, thrown away by the kernel because the anchor did not fetch them in time. */
  readonly dropped: number
}

export async function measure(
  anchor: Anchor,
  work: Work,
  { count, ms, speech, profile }: { count: number; ms: number; speech: Uint8Array; profile: boolean },
): Promise<Cost> {
  const calls = await openCalls(anchor, count, work.masked)
  try {
    // Both phones speak once, so that both sources are known.
    await talk(calls, { from: 'both', ms: 200, speech })
    await talk(calls, { from: work.from, ms: warmUpMs, speech })
    if (profile) process.kill(anchor.pid, 'SIGUSR2')
    const before = stateOf(anchor, calls)
    const startedAtMs = performance.now()
    await talk(calls, { from: work.from, ms, speech })
    const wallMs = performance.now() - startedAtMs
    const cpuMs = cpuMsOf(anchor.pid) - before.cpuMs
    const { sent } = stateOf(anchor, calls)
    if (profile) process.kill(anchor.pid, 'SIGUSR2')
    const after = await drained(anchor, calls)
    const packets = sent - before.sent
    return {
      usPerPacket: (cpuMs * 1_000) / packets,
      core: cpuMs / wallMs,
      sent: packets,
      lost: Math.max(0, packets - (after.heard - before.heard)),
      dropped: after.dropped - before.dropped,
    }
  } finally {
    await closeCalls(anchor, calls)
    // Both keep ports for a while after a call.
    await pause(drainMs)
  }
}

/** The state when nothing more arrives: a phone that the machine keeps waiting has not lost what it has yet to read. */
async function drained(anchor: Anchor, calls: readonly Call[]): Promise<ReturnType<typeof stateOf>> {
  for (let state = stateOf(anchor, calls); ; ) {
    await pause(drainMs)
    const later = stateOf(anchor, calls)
    if (later.heard === state.heard) return later
    state = later
  }
}

function stateOf(anchor: Anchor, calls: readonly Call[]) {
  const phones = calls.flatMap(({ caller, agent }) => [caller, agent])
  const sum = (of: 'sent' | 'heard') => phones.reduce((total, phone) => total + phone[of], 0)
  const { min, max } = anchor.ports
  return { sent: sum('sent'), heard: sum('heard'), cpuMs: cpuMsOf(anchor.pid), dropped: droppedAt(min, max) }
}
