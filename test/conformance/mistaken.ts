import type { Connector, Move } from '../../src/connectors/connector.ts'
import type { Outcome } from '../../src/connectors/outcome.ts'
import { sandbox } from '../../src/connectors/sandbox/sandbox.ts'
import type { BodyField, GatewayCall } from '../../src/contracts/gateway-call.ts'
import { checks } from './checks.ts'
import { sandboxFixture } from './sandbox-fixture.ts'

export type Call = Extract<Move, { do: 'call' }>

/** The sandbox connector with one mistake in the requests that it writes. */
export const writing = (change: (move: Call, request: object) => Call): Connector => ({
  ...sandbox,
  authorise: (request, account) => change(sandbox.authorise(request, account) as Call, request),
})

/** The sandbox connector with one mistake in how it reads a reply. */
export const reading = (
  change: (outcome: Outcome, ...input: Parameters<Connector['next']>) => Outcome,
): Connector => ({
  ...sandbox,
  next(...input) {
    const [state, reply] = input
    const move = sandbox.next(...input)
    return move.do === 'end' ? { do: 'end', outcome: change(move.outcome, state, reply, input[2]) } : move
  },
})

export const withCall = (move: Call, change: Partial<GatewayCall>): Call => ({
  ...move,
  call: { ...move.call, ...change },
})

export const withFields = (move: Call, change: (field: BodyField) => BodyField): Call =>
  withCall(move, { body: { encoding: 'json', fields: move.call.body!.fields.map(change) } })

/** Names of the promises that this connector breaks. */
export function brokenPromises(connector: Connector, fixture = sandboxFixture): string[] {
  return checks.flatMap(({ name, run }) => {
    try {
      run(connector, fixture)
      return []
    } catch {
      return [name]
    }
  })
}
