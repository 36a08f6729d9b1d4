import type { SignName } from './suspicion-signs.ts'

/** A sign, the range it is held to, and where its weight may change. */
export type SignShape = {
  readonly sign: SignName
  readonly from: number
  readonly to: number
  readonly knots: readonly number[]
}
const of = (sign: SignName, from: number, to: number, knots: readonly number[]): SignShape => ({
  sign,
  from,
  to,
  knots,
})

const ofPair: readonly SignShape[] = [
  of('purity', 0, 1, [0.4, 0.6, 0.75, 0.85, 0.93]),
  of('steadiness', 0, 1, [0.15, 0.4, 0.7]),
  of('offset', 0, 8, [0.7, 1.3, 2.2, 3.5, 5]),
  of('offsetOther', 0, 8, [0.7, 1.5, 3]),
  of('twist', 0, 25, [5, 10, 15]),
  of('levelDbm0', -50, 0, [-40, -25]),
]

const always: readonly SignShape[] = [
  ...ofPair,
  of('rise', -30, 10, [-20, -12, -6, -2]),
  of('riseOther', -30, 10, [-20, -12, -6]),
  of('residue', -30, 15, [-10, -3, 2]),
  of('totalRise', -5, 30, [3, 10]),
  of('purity12', 0, 1, [0.5, 0.75, 0.9]),
  of('steadiness12', 0, 1, [0.2, 0.6]),
  of('same12', 0, 1, []),
  of('endingLow', -12, 6, [-4, -1, 1]),
  of('endingHigh', -12, 6, [-4, -1, 1]),
]

/** What may be weighed before anything is worked out, at a first glance, of a pair that was switched on, and of one that was there before. */
export const suspicionShapes = {
  hint: ofPair,
  glance: always,
  onset: [
    ...always,
    of('lowBandChange', 0, 20, [1, 2.5, 5]),
    of('lowBandGrowth', 0, 3, [0.1, 0.4, 1]),
    of('purityAbove', 0, 1, [0.5, 0.7, 0.85, 0.93]),
  ],
  lasting: [
    ...always,
    of('purity30', 0, 1, [0.3, 0.6, 0.85]),
    of('steadiness30', 0, 1, [0.2, 0.6]),
    of('same30', 0, 1, []),
    of('drift', 0, 6, [0.5, 1.5]),
  ],
} as const
export type SuspicionName = keyof typeof suspicionShapes
