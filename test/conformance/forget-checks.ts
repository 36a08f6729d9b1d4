import { expect } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import type { GatewayReply } from '../../src/contracts/gateway-call.ts'
import { noAnswers, notSent, unreadable } from './bad-replies.ts'
import { type Check, frozenAccount, ourReference, request } from './check.ts'
import type { ConformanceFixture, KeptCardFixture } from './fixture.ts'
import { frozen, play } from './play.ts'

type Pair = readonly [Connector, ConformanceFixture]
type Does = Parameters<KeptCardFixture['answer']>[1]

function forgetting(
  [connector, fixture]: Pair,
  does: Does,
  instead: (step: number) => GatewayReply | undefined = () => undefined,
) {
  const { token, customerRef, answer } = fixture.keptCard!
  const account = frozenAccount(fixture)
  const whose = customerRef === undefined ? {} : { customerRef }
  const asked = frozen({ cardToken: token, ...whose, ourReference, idempotencyKey: request.idempotencyKey })
  const first = connector.forget!(asked, account)
  return play([connector, account], first, (call, step) => instead(step) ?? answer(call, does))
}

/** Of cards that the gateway is to forget. */
export const forgetChecks: readonly Check[] = [
  {
    name: 'can have every card forgotten that it can have kept, or says that the gateway cannot',
    run({ authoriseStored, forget, facts }, { keptCard }) {
      expect(forget !== undefined).toBe(authoriseStored !== undefined && facts.forgets !== false)
      expect(keptCard !== undefined).toBe(forget !== undefined)
    },
  },
  {
    name: 'has the gateway forget a kept card, and is content when it knows none',
    run(connector, fixture) {
      if (!connector.forget || !fixture.keptCard) return
      const { token } = fixture.keptCard
      for (const does of ['deletes', 'knows-none'] as const) {
        const { outcome, moves, calls } = forgetting([connector, fixture], does)
        expect(outcome, does).toMatchObject({ kind: 'done' })
        expect(moves.some((move) => move.do === 'call' && move.carriesCard)).toBe(false)
        // Some gateways' tokens are links, which are followed as they are.
        const { pathname } = new URL(token, fixture.account.origin)
        expect(decodeURIComponent(calls[0]!.path)).toContain(pathname.split('/').at(-1))
      }
    },
  },
  {
    name: 'calls no card forgotten that the gateway may still keep',
    run(connector, fixture) {
      if (!connector.forget || !fixture.keptCard) return
      const pair: Pair = [connector, fixture]
      expect(forgetting(pair, 'refuses').outcome.kind).toBe('unknown')
      const { calls } = forgetting(pair, 'knows-none')
      for (const step of calls.keys()) {
        for (const reply of [...noAnswers, ...notSent, ...unreadable]) {
          // "No content" is the whole of a good answer.
          if (reply.kind === 'answered' && reply.status === 204) continue
          const { outcome } = forgetting(pair, 'knows-none', (at) => (at === step ? reply : undefined))
          expect(['unknown', 'not-sent'], JSON.stringify(reply)).toContain(outcome.kind)
        }
      }
    },
  },
]
