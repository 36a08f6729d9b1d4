import { expect, it } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import { sandbox } from '../../src/connectors/sandbox/sandbox.ts'
import { brokenPromises, reading } from './mistaken.ts'

function withoutForget({ forget: _, ...rest }: Connector): Connector {
  return rest
}

const mistakes: readonly (readonly [mistake: string, connector: Connector, promise: string])[] = [
  ['keeps cards and cannot have them forgotten', withoutForget(sandbox), 'can have every card forgotten'],
  [
    'says that the gateway cannot forget, and has it forget',
    { ...sandbox, facts: { ...sandbox.facts, forgets: false } },
    'can have every card forgotten',
  ],
  [
    'calls a card forgotten when nobody answered',
    reading((outcome, state) => (state.at === 'forget' ? { kind: 'done', gatewayRef: 'tok_1' } : outcome)),
    'calls no card forgotten that the gateway may still keep',
  ],
  [
    'never believes that a card is gone which the gateway does not know',
    reading((outcome, state, reply) =>
      state.at === 'forget' && reply.kind === 'answered' && reply.status !== 204
        ? { kind: 'unknown', because: `status ${reply.status}` }
        : outcome,
    ),
    'is content when it knows none',
  ],
]

it.each(mistakes)('the conformance suite catches a connector that %s', (_mistake, connector, promise) => {
  expect(brokenPromises(connector)).toContainEqual(expect.stringContaining(promise))
})
