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
      return [sign[name], from, to, slope, knots.length, ...knots.flatMap((knot, i) => [knot, more[i]!])]
    }),
  )
  return (values) => {
    let score = constant
    for (let i = 0; i < flat.length; ) {
      const x = Math.min(flat[i + 2]!, Math.max(flat[i + 1]!, values[flat[i]!]!))
      score += x * flat[i + 3]!
      const end = i + 5 + 2 * flat[i + 4]!
      // Without a branch: whether a knot is passed is as good as random.
      for (i += 5; i < end; i += 2) score += Math.max(0, x - flat[i]!) * flat[i + 1]!
    }
    return score
  }
}
