import type { CallerAids } from './caller-aids.ts'
import type { Leg } from './leg.ts'
import { gate, int } from './leg-numbers.ts'

/**
 * Tells the legs of a call of each other, so that a regular packet finds its way by their numbers alone. A leg without the
 * other, of another law or of another entry takes the longer way, as does what either is to hear from elsewhere.
 */
export function linkLegs(caller: Leg | undefined, agent: Leg | undefined, aids: CallerAids): void {
  const [first, second] = [caller?.stream.numbers, agent?.stream.numbers]
  const linked =
    first?.table !== undefined && first.table === second?.table && caller?.stream.law === agent?.stream.law
  for (const [mine, theirs, leg] of [
    [first, second, caller],
    [second, first, agent],
  ] as const) {
    if (!mine || !leg) continue
    mine.ints[mine.at + int.other] = linked ? theirs!.at : 0
    mine.setGate('gatesOut', gate.aids, aids.concerns(leg.role))
    mine.table?.setPath(mine, leg.path)
  }
}
