import { faults } from './faults.ts'
import type { RunResult } from './lane.ts'
import { points } from './points.ts'
import { pairs } from './scene.ts'

export type Counts = {
  readonly wanted: number
  readonly results: readonly RunResult[]
  readonly complaints: number
  readonly starved: number
  readonly lives: number
  readonly seconds: number
}

/** What a set of runs came to, in the lines that are printed at its end. */
export function tally({ wanted, results, complaints, starved, lives, seconds }: Counts): string[] {
  const ofPayments = results.filter(({ point }) => point.operation === undefined)
  const ofOperations = results.filter(({ point }) => point.operation !== undefined)
  const sum = (of: readonly RunResult[], count: (result: RunResult) => number) =>
    of.reduce((total, result) => total + count(result), 0)
  const reached = results.filter((result) => result.reached)
  const namesOf = (of: readonly RunResult[]) => new Set(of.map(({ point }) => point.name)).size
  const met = new Set(results.map(({ fault }) => fault)).size
  const metPairs = new Set(results.map(({ point, fault }) => `${point.name} ${fault}`)).size
  return [
    `runs ${results.length} of ${wanted}, in ${Math.round(seconds)} s, ${lives} lives of control, ${complaints} complaints`,
    `killed at the point ${reached.length}; the payment's life did not come by it, killed at its end ${results.length - reached.length}`,
    `points reached ${namesOf(reached)} of ${points.length}, gateways met ${met} of ${faults.length}, pairs ${metPairs} of ${pairs().length}`,
    `played again because the machine was too busy to judge ${starved}`,
    `double authorisations ${sum(ofPayments, ({ doubles }) => doubles)}`,
    `lost approvals ${sum(ofPayments, ({ lost }) => lost)}`,
    `left unknown that the gateway knows ${sum(ofPayments, ({ leftUnknown }) => leftUnknown)}`,
    `captures, voids and refunds ${ofOperations.length}: carried out twice ${sum(ofOperations, ({ doubles }) => doubles)}, lost ${sum(ofOperations, ({ lost }) => lost)}, left unknown ${sum(ofOperations, ({ leftUnknown }) => leftUnknown)}`,
  ]
}
