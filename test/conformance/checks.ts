import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { hideCardNumbers } from '../../src/base/luhn-tripwire.ts'
import type { Connector, Outcome } from '../../src/connectors/connector.ts'
import { declineCatalogue } from '../../src/connectors/declines.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import type { DeclineReason } from '../../src/contracts/payment-events.ts'
import { allows } from '../../src/vault/policy.ts'
import { cutShort, noAnswers, notSent, unreadable } from './bad-replies.ts'
import type { ConformanceFixture, Scenario } from './fixture.ts'
import { authoriseRequest, followUpRequest, frozen, operationNames, operationsOf, play } from './play.ts'

/** One promise that every connector keeps. `run` throws when this one does not. */
export type Check = {
  readonly name: string
  readonly run: (connector: Connector, fixture: ConformanceFixture) => void
}

const request = authoriseRequest()
const { money, ourReference } = request
const approve: Scenario = { do: 'approve', money, ourReference, captured: true }
const accept: Scenario = { do: 'accept', gatewayRef: followUpRequest().gatewayRef, money }
const happy = { authorise: approve, capture: accept, void: accept, refund: accept, inquire: approve } as const

const frozenAccount = (fixture: ConformanceFixture) => frozen({ ...fixture.account })

type Operation = (typeof operationNames)[number]

/** Plays one operation; `instead` may replace the answer to a call. */
function playing(
  [connector, fixture]: readonly [Connector, ConformanceFixture],
  operation: Operation,
  {
    scenario = happy[operation],
    instead,
  }: { scenario?: Scenario; instead?: (step: number) => GatewayReply | undefined } = {},
) {
  const first = operationsOf(connector, frozenAccount(fixture))[operation]()
  return play(connector, first, (call, step) => instead?.(step) ?? fixture.answer(call, scenario))
}

/** The outcome of an operation when each of its calls in turn is answered by `reply`. */
function* brokenAt(
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

const slotsOf = (call: GatewayCall) =>
  (call.body?.fields ?? []).filter(({ value }) => typeof value === 'object' && value !== null)

const literalsOf = (call: GatewayCall) => [
  call.path,
  ...call.headers.map(({ value }) => value),
  ...(call.body?.fields ?? []).map(({ value }) => (typeof value === 'object' ? '' : String(value))),
]

const seed = Number(process.env.TONEWALL_TEST_SEED ?? Date.now() % 2 ** 31)

export const checks: readonly Check[] = [
  {
    name: 'approves what the gateway approved, with its reference and the amount that it echoed',
    run(connector, fixture) {
      for (const captured of [true, false]) {
        const outcome = playing([connector, fixture], 'authorise', {
          scenario: { ...approve, captured },
        }).outcome
        expect(outcome).toMatchObject({ kind: 'approved', captured, echoed: money })
        expect(outcome).toHaveProperty('gatewayRef', expect.stringMatching(/./))
      }
    },
  },
  {
    name: 'passes on the amount that the gateway says, not the one that was asked for',
    run(connector, fixture) {
      const echoed = { amountMinor: 1051, currency: 'GBP' }
      const { outcome } = playing([connector, fixture], 'authorise', {
        scenario: { ...approve, money: echoed },
      })
      if (outcome.kind === 'approved') expect(outcome.echoed).toEqual(echoed)
      else expect(outcome.kind).toBe('unknown')
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
          const { outcome } = playing([connector, fixture], operation, { scenario })
          expect(outcome, gatewayCode).toMatchObject({ kind: 'declined', reason, gatewayCode, retry })
        }
      }
    },
  },
  {
    name: 'calls an answer that cannot be read unknown: never approved, declined, done or not sent',
    run(connector, fixture) {
      for (const operation of operationNames) {
        const whole = fixture.answer(playing([connector, fixture], operation).calls[0]!, happy[operation])
        for (const reply of [...unreadable, ...fixture.unclearAnswers, ...cutShort(whole)]) {
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
      for (const operation of operationNames) {
        for (const reply of noAnswers) {
          for (const { call, outcome } of brokenAt([connector, fixture], operation, reply)) {
            expectUnclear(fixture, call, { outcome, operation, reply })
          }
        }
      }
      const inquire = (scenario: Scenario) => playing([connector, fixture], 'inquire', { scenario }).outcome
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
      for (const operation of ['capture', 'void', 'refund'] as const) {
        expect(playing([connector, fixture], operation).outcome).toMatchObject({ kind: 'done' })
        const refused = playing([connector, fixture], operation, { scenario: { do: 'refuse' } }).outcome
        expect(refused, operation).toMatchObject({ kind: 'declined' })
      }
    },
  },
  {
    name: 'sends the same intent under the same key, on every call that moves money',
    run(connector, fixture) {
      const keys: Record<string, string> = {
        authorise: request.idempotencyKey,
        ...Object.fromEntries(
          ['capture', 'void', 'refund'].map((name) => [name, followUpRequest().idempotencyKey]),
        ),
      }
      for (const operation of ['authorise', 'capture', 'void', 'refund'] as const) {
        const [first, second] = [
          playing([connector, fixture], operation),
          playing([connector, fixture], operation),
        ]
        expect(second.calls).toEqual(first.calls)
        const sent = first.calls.filter(fixture.movesMoney).map(fixture.idempotencyKeyOf)
        expect(sent.length).toBeGreaterThan(0)
        for (const key of sent) expect(key, operation).toContain(keys[operation])
      }
    },
  },
  {
    name: 'sends and reads amounts of currencies with 0, 2 and 3 decimals without changing them',
    run(connector, fixture) {
      for (const [amountMinor, currency] of [
        [500, 'JPY'],
        [1050, 'GBP'],
        [10_505, 'KWD'],
        [1, 'GBP'],
        [999_999_999, 'EUR'],
      ] as const) {
        const asked = { amountMinor, currency }
        const first = connector.authorise(frozen(authoriseRequest({ money: asked })), frozenAccount(fixture))
        const { calls, outcome } = play(connector, first, (call) =>
          fixture.answer(call, { ...approve, money: asked }),
        )
        expect(calls.filter(fixture.movesMoney).map(fixture.moneyOf)).toEqual([asked])
        expect(outcome).toMatchObject({ kind: 'approved', echoed: asked })
      }
    },
  },
  {
    name: 'leaves slots where the vault’s policy has them, and nowhere else',
    run(connector, fixture) {
      for (const operation of operationNames) {
        for (const move of playing([connector, fixture], operation).moves) {
          if (move.do === 'end') continue
          expect(move.carriesCard).toBe(slotsOf(move.call).length > 0)
          const destination = { connector: connector.id, origin: fixture.account.origin }
          if (move.carriesCard) expect(allows(destination, move.call)).toBe(true)
          expect(move.carriesCard && operation !== 'authorise').toBe(false)
        }
      }
      const slots = playing([connector, fixture], 'authorise')
        .calls.flatMap(slotsOf)
        .map(({ value }) => value)
      expect(slots).toContainEqual({ slot: 'pan' })
      expect(slots).toContainEqual({ slot: 'csc' })
    },
  },
  {
    name: 'writes no card number, and its key in a header alone',
    run(connector, fixture) {
      for (const operation of operationNames) {
        for (const call of playing([connector, fixture], operation).calls) {
          for (const text of literalsOf(call)) expect(hideCardNumbers(text)).toBe(text)
          const { headers: _, ...rest } = call
          expect(JSON.stringify(rest)).not.toContain(fixture.account.apiKey)
          expect(call.origin).toBe(fixture.account.origin)
          expect(call.timeoutMs).toBeLessThanOrEqual(fixture.account.timeoutMs)
        }
      }
    },
  },
  {
    name: 'keeps in its state neither the key nor what the gateway answered in full',
    run(connector, fixture) {
      for (const operation of operationNames) {
        for (const move of playing([connector, fixture], operation).moves) {
          if (move.do === 'end') continue
          const text = JSON.stringify(move.state)
          expect(text).not.toContain(fixture.account.apiKey)
          expect(text.length).toBeLessThan(2_000)
          expect(move.state.connector).toBe(connector.id)
        }
      }
    },
  },
  {
    name: 'is pure: the same input gives the same output, and no input is changed',
    run(connector, fixture) {
      for (const operation of operationNames) {
        const [first, second] = [
          playing([connector, fixture], operation),
          playing([connector, fixture], operation),
        ]
        expect(isDeepStrictEqual(second, first), operation).toBe(true)
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
        fc.property(reply, fc.constantFrom(...operationNames), (answer, operation) => {
          for (const { call, outcome } of brokenAt([connector, fixture], operation, answer)) {
            expectUnclear(fixture, call, { outcome, operation, reply: answer })
          }
        }),
        { numRuns: 300, seed },
      )
    },
  },
  {
    name: 'carries any reference and description whole',
    run(connector, fixture) {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (text) => {
          const odd = frozen(authoriseRequest({ merchantReference: text, description: text }))
          const { calls, outcome } = play(
            connector,
            connector.authorise(odd, frozenAccount(fixture)),
            (call) => fixture.answer(call, approve),
          )
          expect(outcome.kind).toBe('approved')
          expect(calls.flatMap(literalsOf)).toContain(text)
        }),
        { numRuns: 100, seed },
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
