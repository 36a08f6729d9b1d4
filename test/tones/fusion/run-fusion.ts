import { FusedLeg } from '../../../src/dtmf/fuse.ts'
import { type FusionCase, fusionCase } from './cases.ts'

export type FusionResult = {
  cases: number
  right: number
  /** Telephone events that went to the agent. */
  forwarded: number
  /** Right by one who simply adds both witnesses up, and by one who calls the same digit within 500 ms a copy. */
  readonly byHabit: Map<string, { cases: number; right: number }>
  readonly faults: string[]
}

/** Every case through the bridge's own parts. */
export function runFusion(cases: number, seed: number): FusionResult {
  const result: FusionResult = { cases, right: 0, forwarded: 0, byHabit: new Map(), faults: [] }
  for (let n = 0; n < cases; n++) {
    const one = fusionCase(seed, n)
    const { keys, forwarded } = replay(one)
    result.forwarded += forwarded
    const habit = one.name.replace(/ \(.*/, '')
    const tally = result.byHabit.get(habit) ?? { cases: 0, right: 0 }
    result.byHabit.set(habit, tally)
    tally.cases++
    if (keys === one.keys) {
      result.right++
      tally.right++
    } else
      result.faults.push(
        `fusion case ${n}, ${one.name}: ${keys.length} presses instead of ${one.keys.length}`,
      )
  }
  return result
}

function replay({ trace }: FusionCase): { keys: string; forwarded: number } {
  let keys = ''
  let forwarded = 0
  const leg = new FusedLeg({
    law: 'mulaw',
    eventPayloadType: 101,
    pressed: (digit) => {
      keys += digit
    },
    sent: ({ pt }) => {
      if (pt === 101) forwarded++
    },
  })
  for (const line of trace) leg.take(line)
  leg.end()
  return { keys, forwarded }
}
