import type { SuspicionWeights } from '../../../src/dsp/suspicion-score.ts'
import type { SignShape } from '../../../src/dsp/suspicion-shape.ts'
import { sign } from '../../../src/dsp/suspicion-signs.ts'

export type Example = { readonly values: Float64Array; readonly isTone: boolean; readonly weight: number }

const ridge = 1
const longest = 25

/** Logistic regression by Newton's method on piecewise linear signs, with a little ridge on standardised columns. */
export function fitWeights(examples: readonly Example[], shape: readonly SignShape[]): SuspicionWeights {
  const rows = examples.map(({ values }) => columnsOf(values, shape))
  const width = rows[0]!.length
  const { means, deviations } = standardise(rows)
  const b = new Float64Array(width + 1)
  for (let round = 0; round < longest; round++) {
    const step = newtonStep(rows, examples, b)
    for (let i = 0; i <= width; i++) b[i] = b[i]! + step[i]!
    if (Math.max(...step.map(Math.abs)) < 1e-3) break
  }
  const perUnit = Array.from({ length: width }, (_, i) => b[i]! / deviations[i]!)
  const constant = b[width]! - perUnit.reduce((sum, slope, i) => sum + slope * means[i]!, 0)
  let at = 0
  const slopes = shape.map(({ sign: name, knots }) => {
    const from = at
    at += 1 + knots.length
    return [name, perUnit.slice(from, at).map(rounded)] as const
  })
  return { constant: rounded(constant), slopes: Object.fromEntries(slopes) }
}

const rounded = (value: number) => Number(value.toFixed(4))

function columnsOf(values: Float64Array, shape: readonly SignShape[]): Float64Array {
  const columns: number[] = []
  for (const { sign: name, from, to, knots } of shape) {
    const x = Math.min(to, Math.max(from, values[sign[name]]!))
    columns.push(x, ...knots.map((knot) => Math.max(0, x - knot)))
  }
  return Float64Array.from(columns)
}

function standardise(rows: readonly Float64Array[]) {
  const width = rows[0]!.length
  const means = new Float64Array(width)
  const deviations = new Float64Array(width)
  for (const row of rows) for (let i = 0; i < width; i++) means[i] = means[i]! + row[i]! / rows.length
  for (const row of rows)
    for (let i = 0; i < width; i++) deviations[i] = deviations[i]! + (row[i]! - means[i]!) ** 2 / rows.length
  for (let i = 0; i < width; i++) deviations[i] = Math.sqrt(deviations[i]!) + 1e-9
  for (const row of rows) for (let i = 0; i < width; i++) row[i] = (row[i]! - means[i]!) / deviations[i]!
  return { means, deviations }
}

function newtonStep(rows: readonly Float64Array[], examples: readonly Example[], b: Float64Array): number[] {
  const size = b.length
  const width = size - 1
  const gradient = Array.from(b, (value) => -ridge * value)
  const hessian = Array.from({ length: size }, (_, i) => {
    const row = new Float64Array(size)
    row[i] = ridge
    return row
  })
  for (const [n, row] of rows.entries()) {
    let score = b[width]!
    for (let i = 0; i < width; i++) score += row[i]! * b[i]!
    const p = 1 / (1 + Math.exp(-score))
    const { isTone, weight } = examples[n]!
    const pull = weight * ((isTone ? 1 : 0) - p)
    const bend = weight * p * (1 - p) + 1e-9
    for (let i = 0; i < size; i++) {
      const x = i < width ? row[i]! : 1
      gradient[i] = gradient[i]! + x * pull
      const line = hessian[i]!
      const bent = bend * x
      for (let j = 0; j < i; j++) line[j] = line[j]! + bent * row[j]!
      line[i] = line[i]! + bent * x
    }
  }
  return solve(hessian, gradient)
}

/** Cholesky's way through a symmetric, positive matrix of which the lower half is given. */
function solve(matrix: Float64Array[], right: number[]): number[] {
  const n = right.length
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!
      for (let k = 0; k < j; k++) sum -= matrix[i]![k]! * matrix[j]![k]!
      matrix[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-9)) : sum / matrix[j]![j]!
    }
  }
  const x = [...right]
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - matrix[i]![k]! * x[k]!
    x[i] = x[i]! / matrix[i]![i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = x[i]! - matrix[k]![i]! * x[k]!
    x[i] = x[i]! / matrix[i]![i]!
  }
  return x
}
