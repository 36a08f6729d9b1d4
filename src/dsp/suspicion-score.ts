import type { SignShape } from './suspicion-shape.ts'
import { type SignName, sign } from './suspicion-signs.ts'

/** What each sign counts for: a unit of it, and so much more a unit above each knot of its shape. */
export type SuspicionWeights = {
  readonly constant: number
  readonly slopes: Readonly<Partial<Record<SignName, readonly number[]>>>
}

/**
 * Adds signs up to one number, the logarithm of the odds that a window is a tone's: 0 is as likely as not in the audio
 * that the weights were fitted to (`test/tones/suspicion/`), where tones are much more frequent than on a call.
 */
export function suspicionScore(
  shape: readonly SignShape[],
  { constant, slopes }: SuspicionWeights,
): (values: Float64Array) => number {
  const flat = Float64Array.from(
    shape.flatMap(({ sign: name, from, to, knots }) => {
      const [slope, ...more] = slopes[name] ?? []
      if (slope === undefined || more.length !== knots.length)
        throw new Error(`the weights of ${name} do not fit`)
      return [sign[name], from, to, slope, knots.length, ...knots.flatMap((knot, i) => [knot, more[i]! / 2])]
    }),
  )
  return (values) => {
    let score = constant
    for (let i = 0; i < flat.length; ) {
      const value = values[flat[i]!]!
      const from = flat[i + 1]!
      const to = flat[i + 2]!
      const x = value < from ? from : value > to ? to : value
      score += x * flat[i + 3]!
      const end = i + 5 + 2 * flat[i + 4]!
      for (i += 5; i < end; i += 2) {
        // Twice what lies above the knot, without a branch: whether a knot is passed is as good as random.
        const above = x - flat[i]!
        score += (above + Math.abs(above)) * flat[i + 1]!
      }
    }
    return score
  }
}
