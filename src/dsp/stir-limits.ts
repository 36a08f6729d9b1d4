import { dtmfHz } from './dtmf-keypad.ts'
import { hopSamples } from './goertzel.ts'
import { suspicionLimits } from './suspicion.ts'
import { hintShape } from './suspicion-shape.ts'
import { hintWeights } from './suspicion-weights.ts'
import { candidateLimits } from './tone-candidate.ts'
import { powerAt0Dbm0 } from './tone-spectrum.ts'

/** Whoever falls short of a limit by more than this has done so however it is rounded. */
const slack = 1e-6
/** The kernel's logarithms are good to a ten-thousandth of a decibel. */
const slackOfHint = 0.01
const mostKnots = 6
const samplesOfTwoEdges = 2 * 3 * hopSamples

/**
 * What a hop must reach before it can be the first of a press, or suspected, where nothing was before: what the detector
 * and the suspicion ask for, or a little less, in the order in which the kernel reads it (kernel/assembly/calm.ts).
 */
export const stirLimits = Float64Array.from([
  ...dtmfHz,
  ...[atLeast(suspicionLimits.purity), atLeast(suspicionLimits.power)],
  ...[atMost(suspicionLimits.twist), atMost(suspicionLimits.offsetPct)],
  ...[atMost(candidateLimits.offsetPct), atLeast(candidateLimits.steadiness), atLeast(candidateLimits.power)],
  ...[atLeast(10 ** (candidateLimits.leastTwistDb / 10)), atMost(10 ** (candidateLimits.mostTwistDb / 10))],
  ...[atLeast(suspicionLimits.burst * samplesOfTwoEdges), atLeast(2 * suspicionLimits.suddenFactor)],
  atMost(0.5 * suspicionLimits.edgeShare),
  ...[atLeast(suspicionLimits.beginningPurity), atLeast(suspicionLimits.beginningSteadiness)],
  ...[powerAt0Dbm0, suspicionLimits.hope - hintWeights.constant - slackOfHint],
  ...hintShape.flatMap(({ sign, from, to, knots }) => {
    const [slope, ...weights] = hintWeights.slopes[sign]!
    return [from, to, slope!, 0, ...padded(knots), ...padded(weights)]
  }),
])

function padded(numbers: readonly number[]): number[] {
  if (numbers.length > mostKnots)
    throw new RangeError('a sign of the hint has more knots than the kernel knows')
  return Array.from({ length: mostKnots }, (_, i) => numbers[i] ?? 0)
}

function atLeast(limit: number): number {
  return limit * (1 - slack)
}

function atMost(limit: number): number {
  return limit * (1 + slack)
}
