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
  // Units go four at a time, for a processor that adds up several numbers at once; those that are missing count for nothing.
  const fours = Math.ceil(units / 4)
  const outs = Float64Array.from({ length: 4 * fours }, (_, unit) => (unit < units ? out[unit]! : 0))
  const constant = out[units]!
  /** Of each four: of each sign, and then of the constant, a weight for each of the four. */
  const columns = Float64Array.from(
    { length: 4 * fours * (signs + 1) },
    (_, i) => hidden[4 * Math.floor(i / (4 * signs + 4)) + (i & 3)]?.[(i >> 2) % (signs + 1)] ?? 0,
  )
  return (values) => {
    for (let i = 0; i < signs; i++) {
      const value = values[i]!
      values[i] = value < least[i]! ? least[i]! : value > most[i]! ? most[i]! : value
    }
    let score = constant
    for (let unit = 0, at = 0; unit < outs.length; unit += 4, at += 4) {
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let i = 0; i < signs; i++, at += 4) {
        const value = values[i]!
        a += value * columns[at]!
        b += value * columns[at + 1]!
        c += value * columns[at + 2]!
        d += value * columns[at + 3]!
      }
      score += counted(outs[unit]!, a + columns[at]!)
      score += counted(outs[unit + 1]!, b + columns[at + 1]!)
      score += counted(outs[unit + 2]!, c + columns[at + 2]!)
      score += counted(outs[unit + 3]!, d + columns[at + 3]!)
    }
    return score
  }
}

/** What a unit adds to the score. */
function counted(weight: number, sum: number): number {
  return (weight * sum) / (1 + Math.abs(sum))
}
