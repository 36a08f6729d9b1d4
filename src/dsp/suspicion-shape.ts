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

/** What the fit alone says of a window: a hint, on which the rest is worked out. */
export const hintShape: readonly SignShape[] = [
  of('purity', 0, 1, [0.4, 0.6, 0.75, 0.85, 0.93]),
  of('steadiness', 0, 1, [0.15, 0.4, 0.7]),
  of('offset', 0, 8, [0.7, 1.3, 2.2, 3.5, 5]),
  of('offsetOther', 0, 8, [0.7, 1.5, 3]),
  of('twist', 0, 25, [5, 10, 15]),
  of('levelDbm0', -50, 0, [-40, -25]),
]
