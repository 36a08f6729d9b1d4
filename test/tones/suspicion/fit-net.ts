import type { SuspicionNetWeights } from '../../../src/dsp/suspicion-net.ts'
import type { Random } from '../random.ts'
import type { Example } from './fit.ts'

export type NetSize = { readonly signs: number; readonly units: number; readonly rounds: number }

const batch = 512
const fastest = 3e-3
const ridge = 1e-4
/** A sign is held to so many standard deviations about its mean. */
const widest = 4
/** Adam's memories of the slope and of its square. */
const slopeMemory = 0.9
const squareMemory = 0.999

/** One hidden layer by Adam, on standardised signs; the same examples and the same `random` give the same weights. */
export function fitNet(
  examples: readonly Example[],
  { signs, units, rounds }: NetSize,
  random: Random,
): SuspicionNetWeights {
  const { means, deviations, rows } = standardised(examples, signs)
  const net = new Trainee(signs, units, random)
  const meanWeight = examples.reduce((sum, { weight }) => sum + weight, 0) / examples.length
  const order = Uint32Array.from(examples, (_, i) => i)
  for (let round = 0; round < rounds; round++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1))
      const kept = order[i]!
      order[i] = order[j]!
      order[j] = kept
    }
    const pace = 0.5 * fastest * (1 + Math.cos((Math.PI * round) / rounds)) + 1e-5
    for (let from = 0; from < order.length; from += batch) {
      const to = Math.min(order.length, from + batch)
      for (let n = from; n < to; n++) {
        const { isTone, weight } = examples[order[n]!]!
        net.learn(
          rows.subarray(order[n]! * signs, (order[n]! + 1) * signs),
          isTone,
          weight / meanWeight / (to - from),
        )
      }
      net.step(pace)
    }
  }
  return net.weights(means, deviations)
}

/** Weights under way, flat: each unit's signs and constant, unit after unit, then what each unit counts for and a constant. */
class Trainee {
  readonly #signs: number
  readonly #units: number
  readonly #w: Float64Array
  readonly #slope: Float64Array
  readonly #mean: Float64Array
  readonly #square: Float64Array
  readonly #sums: Float64Array
  #steps = 0

  constructor(signs: number, units: number, random: Random) {
    this.#signs = signs
    this.#units = units
    const length = units * (signs + 1) + units + 1
    this.#w = new Float64Array(length)
    for (let unit = 0; unit < units; unit++) {
      for (let i = 0; i < signs; i++) this.#w[unit * (signs + 1) + i] = random.normal() / Math.sqrt(signs)
      this.#w[units * (signs + 1) + unit] = random.normal() / Math.sqrt(units)
    }
    this.#slope = new Float64Array(length)
    this.#mean = new Float64Array(length)
    this.#square = new Float64Array(length)
    this.#sums = new Float64Array(units)
  }

  learn(row: Float64Array, isTone: boolean, weight: number): void {
    const w = this.#w
    const slope = this.#slope
    const signs = this.#signs
    const units = this.#units
    const outs = units * (signs + 1)
    let score = w[outs + units]!
    for (let unit = 0; unit < units; unit++) {
      const at = unit * (signs + 1)
      let sum = w[at + signs]!
      for (let i = 0; i < signs; i++) sum += row[i]! * w[at + i]!
      this.#sums[unit] = sum
      score += (w[outs + unit]! * sum) / (1 + Math.abs(sum))
    }
    const pull = weight * (1 / (1 + Math.exp(-score)) - (isTone ? 1 : 0))
    slope[outs + units]! += pull
    for (let unit = 0; unit < units; unit++) {
      const at = unit * (signs + 1)
      const sum = this.#sums[unit]!
      const size = 1 + Math.abs(sum)
      slope[outs + unit]! += (pull * sum) / size
      const back = (pull * w[outs + unit]!) / (size * size)
      for (let i = 0; i < signs; i++) slope[at + i]! += back * row[i]!
      slope[at + signs]! += back
    }
  }

  step(pace: number): void {
    const w = this.#w
    this.#steps++
    const meanShare = 1 - slopeMemory ** this.#steps
    const squareShare = 1 - squareMemory ** this.#steps
    for (let i = 0; i < w.length; i++) {
      const slope = this.#slope[i]! + ridge * w[i]!
      this.#slope[i] = 0
      this.#mean[i] = slopeMemory * this.#mean[i]! + (1 - slopeMemory) * slope
      this.#square[i] = squareMemory * this.#square[i]! + (1 - squareMemory) * slope * slope
      w[i]! -= (pace * this.#mean[i]!) / meanShare / (Math.sqrt(this.#square[i]! / squareShare) + 1e-8)
    }
  }

  /** For signs as they are, no longer standardised. */
  weights(means: Float64Array, deviations: Float64Array): SuspicionNetWeights {
    const signs = this.#signs
    const hidden = Array.from({ length: this.#units }, (_, unit) => {
      const row = this.#w.subarray(unit * (signs + 1), (unit + 1) * (signs + 1))
      const perUnit = Array.from(deviations, (deviation, i) => row[i]! / deviation)
      const constant = perUnit.reduce((sum, slope, i) => sum - slope * means[i]!, row[signs]!)
      return [...perUnit, constant].map(rounded)
    })
    return {
      from: Array.from(means, (mean, i) => rounded(mean - widest * deviations[i]!)),
      to: Array.from(means, (mean, i) => rounded(mean + widest * deviations[i]!)),
      hidden,
      out: Array.from(this.#w.subarray(this.#units * (signs + 1)), rounded),
    }
  }
}

const rounded = (value: number) => Number(value.toPrecision(5))

function standardised(examples: readonly Example[], signs: number) {
  const means = new Float64Array(signs)
  const deviations = new Float64Array(signs)
  for (const { values } of examples) for (let i = 0; i < signs; i++) means[i]! += values[i]! / examples.length
  for (const { values } of examples)
    for (let i = 0; i < signs; i++) deviations[i]! += (values[i]! - means[i]!) ** 2 / examples.length
  for (let i = 0; i < signs; i++) deviations[i] = Math.sqrt(deviations[i]!) + 1e-6
  const rows = new Float64Array(examples.length * signs)
  for (const [n, { values }] of examples.entries())
    for (let i = 0; i < signs; i++)
      rows[n * signs + i] = Math.max(-widest, Math.min(widest, (values[i]! - means[i]!) / deviations[i]!))
  return { means, deviations, rows }
}
