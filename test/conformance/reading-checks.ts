import fc from 'fast-check'
import { expect } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import { declineCatalogue } from '../../src/connectors/declines.ts'
import type { Outcome } from '../../src/connectors/outcome.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { DeclineReason } from '../../src/contracts/payment-events.ts'
import { cutShort, noAnswers, notSent, unreadable } from './bad-replies.ts'
import {
  approve,
  brokenAt,
  type Check,
  frozenAccount,
  happy,
  money,
  type Operation,
  ourReference,
  playing,
  seed,
} from './check.ts'
import type { ConformanceFixture, Scenario } from './fixture.ts'
import { authoriseRequest, frozen, operationsIn, play } from './play.ts'

const followUps: ReadonlySet<Operation> = new Set(['capture', 'void', 'refund', 'reverse'])

const mayBeAsked = ({ facts }: Connector) => facts.lookupBy !== 'webhook' && facts.lookupBy !== 'nothing'

/** What a connector makes of replies. */
export const readingChecks: readonly Check[] = [
  {
    name: 'approves what the gateway approved, with its reference and the amount that it echoed',
    run(connector, fixture) {
      for (const captured of connector.facts.followUps === false ? [true] : [true, false]) {
        const account = frozenAccount(fixture)
        const asked = connector.authorise(frozen(authoriseRequest({ capture: captured })), account)
        const { outcome } = play([connector, account], asked, (call) =>
          fixture.answer(call, { ...approve, captured }),
        )
        expect(outcome).toMatchObject({ kind: 'approved', captured, echoed: money })
        expect(outcome).toHaveProperty('gatewayRef', expect.stringMatching(/./))
      }
    },
  },
  {
    name: 'keeps a card where the gateway can, and pays with a kept one',
    run(connector, fixture) {
      if (connector.tokenise) {
        const { outcome } = playing([connector, fixture], 'tokenise')
        expect(outcome).toMatchObject({ kind: 'tokenised', cardToken: expect.stringMatching(/./) })
      }
      if (connector.authoriseStored) {
        const { outcome, moves } = playing([connector, fixture], 'authoriseStored')
        expect(outcome).toMatchObject({ kind: 'approved', echoed: money })
        expect(moves.some((move) => move.do === 'call' && move.carriesCard)).toBe(false)
      }
    },
  },
  {
    name: 'offers a pay link, and never a retry, when the bank wants the cardholder',
    run(connector, fixture) {
      if (!fixture.asksCardholder) return
      const scenario: Scenario = { do: 'ask-cardholder', money, ourReference }
      const { outcome } = playing([connector, fixture], 'authorise', { scenario })
      expect(outcome).toMatchObject({
        kind: 'declined',
        reason: 'authentication-required',
        retry: 'pay-link',
      })
    },
  },
  {
    name: 'says that a refund is still under way while the gateway has only received it',
    run(connector, fixture) {
      if (!fixture.pendingRefunds) return
      const scenario: Scenario = { ...happy(fixture, 'refund'), later: true } as Scenario
      const { outcome } = playing([connector, fixture], 'refund', { scenario })
      expect(outcome).toMatchObject({ kind: 'done', later: true })
    },
  },
  {
    name: 'passes on the amount that the gateway says, not the one that was asked for',
    run(connector, fixture) {
      // A penny too much, and a partial authorisation.
      for (const amountMinor of [1051, 500]) {
        const echoed = { amountMinor, currency: 'GBP' }
        const operation = connector.facts.echoesAmount === false ? 'inquire' : 'authorise'
        const { outcome } = playing([connector, fixture], operation, {
          scenario: { ...approve, money: echoed },
        })
        if (outcome.kind === 'approved') expect(outcome.echoed).toEqual(echoed)
        else expect(outcome.kind).toBe('unknown')
      }
    },
  },
  {
    name: 'does not take the answer to another reference for its own',
    run(connector, fixture) {
      const another: Scenario = { ...approve, ourReference: 'att_another' }
      for (const operation of ['authorise', 'inquire'] as const) {
        expect(playing([connector, fixture], operation, { scenario: another }).outcome.kind, operation).toBe(
          'unknown',
        )
      }
    },
  },
  {
    name: 'says why a card was declined in the words of the catalogue',
    run(connector, fixture) {
      for (const [reason, gatewayCode] of Object.entries(fixture.declineCodes) as [DeclineReason, string][]) {
        const scenario: Scenario = { do: 'decline', gatewayCode, money, ourReference }
        const { retry } = declineCatalogue[reason]
        for (const operation of ['authorise', 'inquire'] as const) {
          if (operation === 'inquire' && !mayBeAsked(connector)) continue
          const { outcome } = playing([connector, fixture], operation, { scenario })
          expect(outcome, gatewayCode).toMatchObject({ kind: 'declined', reason, gatewayCode, retry })
        }
      }
    },
  },
  {
    name: 'calls an answer that cannot be read unknown: never approved, declined, done or not sent',
    run(connector, fixture) {
      for (const operation of operationsIn(connector)) {
        const [first] = playing([connector, fixture], operation).calls
        const cut = first ? cutShort(fixture.answer(first, happy(fixture, operation))) : []
        for (const reply of [...unreadable, ...fixture.unclearAnswers, ...cut]) {
          for (const { call, outcome } of brokenAt([connector, fixture], operation, reply)) {
            expectUnclear(fixture, call, { outcome, operation, reply })
          }
        }
      }
    },
  },
  {
    name: 'calls a lost answer unknown, and then finds out by inquiring',
    run(connector, fixture) {
      for (const operation of operationsIn(connector)) {
        for (const reply of noAnswers) {
          for (const { call, outcome } of brokenAt([connector, fixture], operation, reply)) {
            expectUnclear(fixture, call, { outcome, operation, reply })
          }
        }
      }
      const inquire = (scenario: Scenario) => playing([connector, fixture], 'inquire', { scenario }).outcome
      if (!mayBeAsked(connector)) {
        // It cannot be asked: where it tells, what it may have done can be taken back too.
        if (connector.facts.lookupBy === 'webhook')
          expect([connector.webhooks, connector.reverse]).not.toContain(undefined)
        expect(playing([connector, fixture], 'inquire')).toMatchObject({
          calls: [],
          outcome: { kind: 'unknown' },
        })
        return
      }
      expect(inquire(approve)).toMatchObject({ kind: 'approved', echoed: money })
      expect(inquire({ do: 'find-nothing' })).toEqual({ kind: 'absent' })
      expect(inquire({ do: 'find-pending', money, ourReference })).toMatchObject({ kind: 'unknown' })
    },
  },
  {
    name: 'knows that what was not sent was not charged, but learns nothing from an inquiry that was not sent',
    run(connector, fixture) {
      for (const reply of notSent) {
        for (const operation of ['authorise', 'capture', 'void', 'refund'] as const) {
          if (operation !== 'authorise' && connector.facts.followUps === false) continue
          const { outcome } = playing([connector, fixture], operation, { instead: () => reply })
          expect(outcome, operation).toMatchObject({ kind: 'not-sent' })
        }
        const { outcome } = playing([connector, fixture], 'inquire', { instead: () => reply })
        expect(outcome).toMatchObject({ kind: 'unknown' })
      }
    },
  },
  {
    name: 'reports a capture, void or refund as done or as declined',
    run(connector, fixture) {
      for (const operation of operationsIn(connector).filter((name) => followUps.has(name))) {
        if (connector.facts.followUps === false) {
          const none = playing([connector, fixture], operation)
          expect(none).toMatchObject({ calls: [], outcome: { kind: 'declined', reason: 'not-permitted' } })
          continue
        }
        expect(playing([connector, fixture], operation).outcome).toMatchObject({ kind: 'done' })
        const refused = playing([connector, fixture], operation, { scenario: { do: 'refuse' } }).outcome
        expect(refused, operation).toMatchObject({ kind: 'declined' })
      }
    },
  },
  {
    name: 'takes any answer without throwing, and takes none that it does not know for an outcome',
    run(connector, fixture) {
      const reply = fc.record({
        kind: fc.constant('answered' as const),
        status: fc.integer({ min: 100, max: 599 }),
        headers: fc.constant({}),
        body: fc.oneof(fc.json(), fc.string()),
      })
      fc.assert(
        fc.property(reply, fc.constantFrom(...operationsIn(connector)), (answer, operation) => {
          for (const { call, outcome } of brokenAt([connector, fixture], operation, answer)) {
            expectUnclear(fixture, call, { outcome, operation, reply: answer })
          }
        }),
        { numRuns: 300, seed },
      )
    },
  },
]

type Unclear = { readonly outcome: Outcome; readonly operation: Operation; readonly reply: GatewayReply }

/** After an unclear reply to a call that moves money, or to an inquiry, only `unknown` is honest. */
function expectUnclear(
  { movesMoney }: ConformanceFixture,
  call: GatewayCall,
  { outcome, operation, reply }: Unclear,
): void {
  const what = `${operation}, answered ${JSON.stringify(reply).slice(0, 120)}`
  if (movesMoney(call) || operation === 'inquire') expect(outcome.kind, what).toBe('unknown')
  else expect(['unknown', 'not-sent', 'declined'], what).toContain(outcome.kind)
}
