import type { Connector } from '../../src/connectors/connector.ts'
import type { GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { ConformanceFixture, Scenario } from './fixture.ts'
import { authoriseRequest, followUpRequest, frozen, type OperationName, operationsOf, play } from './play.ts'

/** One promise that every connector keeps. `run` throws when this one does not. */
export type Check = {
  readonly name: string
  readonly run: (connector: Connector, fixture: ConformanceFixture) => void
}

export const request = authoriseRequest()
export const { money, ourReference } = request
export const approve: Extract<Scenario, { do: 'approve' }> = {
  do: 'approve',
  money,
  ourReference,
  captured: true,
}

/** What the gateway does when an operation goes well. */
export function happy(fixture: ConformanceFixture, operation: Operation): Scenario {
  const isFollowUp = !['authorise', 'tokenise', 'authoriseStored', 'inquire'].includes(operation)
  return isFollowUp
    ? { do: 'accept', gatewayRef: followUpRequest(fixture.gatewayRef).gatewayRef, money }
    : approve
}

export const frozenAccount = (fixture: ConformanceFixture) => frozen({ ...fixture.account })

export type Operation = OperationName

/** Plays one operation; `instead` may replace the answer to a call. */
export function playing(
  [connector, fixture]: readonly [Connector, ConformanceFixture],
  operation: Operation,
  {
    scenario = happy(fixture, operation),
    instead,
  }: { scenario?: Scenario; instead?: (step: number) => GatewayReply | undefined } = {},
) {
  const account = frozenAccount(fixture)
  const first = operationsOf(connector, account, fixture.gatewayRef)[operation]()
  return play([connector, account], first, (call, step) => instead?.(step) ?? fixture.answer(call, scenario))
}

/** The outcome of an operation when each of its calls in turn is answered by `reply`. */
export function* brokenAt(
  pair: readonly [Connector, ConformanceFixture],
  operation: Operation,
  reply: GatewayReply,
) {
  const { calls } = playing(pair, operation)
  for (const [step, call] of calls.entries()) {
    const { outcome } = playing(pair, operation, { instead: (at) => (at === step ? reply : undefined) })
    yield { call, outcome }
  }
}

/** fast-check prints it with a counterexample; set TONEWALL_TEST_SEED to try the same again. */
export const seed = Number(process.env.TONEWALL_TEST_SEED ?? Date.now() % 2 ** 31)
