/** A small network over signs: each is held to its range, weighed by every hidden unit, and these add up to log odds. */
export type SuspicionNetWeights = {
  /** The range that each sign is held to. */
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** Of each hidden unit: a weight for each sign, then its constant. */
  readonly hidden: readonly (readonly number[])[]
  /** What each hidden unit counts for, and then a constant. */
  readonly out: readonly number[]
}

/**
 * Holds the first signs of `values` to their ranges and weighs them: the logarithm of the odds that a window is a tone's, as
 * `suspicionScore`. Plain arithmetic throughout, so that it is the same number everywhere.
 */
export function suspicionNet({
  from,
  to,
  hidden,
  out,
}: SuspicionNetWeights): (values: Float64Array) => number {
  const signs = from.length
  const units = hidden.length
  if (to.length !== signs || out.length !== units + 1 || hidden.some((row) => row.length !== signs + 1))
    throw new Error('the weights of the network do not fit each other')
  const least = Float64Array.from(from)
  const most = Float64Array.from(to)
  const rows = Float64Array.from(hidden.flat())
  const outs = Float64Array.from(out)
  return (values) => {
    for (let i = 0; i < signs; i++) values[i] = Math.min(most[i]!, Math.max(least[i]!, values[i]!))
    let score = outs[units]!
    for (let unit = 0, at = 0; unit < units; unit++) {
      let sum = 0
      for (let i = 0; i < signs; i++) sum += values[i]! * rows[at++]!
      sum += rows[at++]!
      score += (outs[unit]! * sum) / (1 + Math.abs(sum))
    }
    return score
  }
}
