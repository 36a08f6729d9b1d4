import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { hideCardNumbers } from '../../src/base/luhn-tripwire.ts'
import type { Move } from '../../src/connectors/connector.ts'
import type { GatewayCall } from '../../src/contracts/gateway-call.ts'
import { allows } from '../../src/vault/policy.ts'
import { approve, type Check, frozenAccount, playing, request, seed } from './check.ts'
import {
  authoriseRequest,
  followUpRequest,
  frozen,
  operationsIn,
  play,
  storedCardRequest,
  tokeniseRequest,
} from './play.ts'

const slotsOf = (call: GatewayCall) =>
  (call.body?.fields ?? []).filter(({ value }) => typeof value === 'object' && value !== null)

const literalsOf = (call: GatewayCall) => [
  call.path,
  ...call.headers.map(({ value }) => value),
  ...(call.body?.fields ?? []).map(({ value }) => (typeof value === 'object' ? '' : String(value))),
]

/** What a connector puts into its calls and keeps between them. */
export const writingChecks: readonly Check[] = [
  {
    name: 'sends the same intent under the same key, on every call that moves money',
    run(connector, fixture) {
      const keys: Record<string, string> = {
        authorise: request.idempotencyKey,
        authoriseStored: storedCardRequest().idempotencyKey,
        reverse: request.idempotencyKey,
        ...Object.fromEntries(
          ['capture', 'void', 'refund'].map((name) => [name, followUpRequest().idempotencyKey]),
        ),
      }
      for (const operation of operationsIn(connector)) {
        if (operation === 'inquire' || operation === 'tokenise') continue
        if (operation !== 'authorise' && connector.facts.followUps === false) continue
        const [first, second] = [
          playing([connector, fixture], operation),
          playing([connector, fixture], operation),
        ]
        expect(second.calls).toEqual(first.calls)
        const sent = first.calls.filter(fixture.movesMoney).map(fixture.idempotencyKeyOf)
        expect(sent.length).toBeGreaterThan(0)
        // Without keys, the gateway is asked by our reference, from which every key of ours is made.
        const intent = keys[operation]!
        const name = connector.facts.windowHours > 0 ? intent : intent.slice(0, intent.indexOf('.'))
        for (const key of sent) expect(key, operation).toContain(name)
      }
    },
  },
  {
    name: 'says within what its keys are one and the same, and meets none of them twice there',
    run(connector, fixture) {
      const { scope, windowHours, replays5xx } = connector.facts
      expect(scope === 'none').toBe(windowHours === 0)
      if (scope === 'none') return expect(replays5xx).toBe(false)
      for (const operation of operationsIn(connector)) {
        const keys = playing([connector, fixture], operation).calls.flatMap(
          (call) => fixture.idempotencyKeyOf(call) ?? [],
        )
        expect(new Set(keys).size, operation).toBe(keys.length)
      }
    },
  },
  {
    name: 'sends and reads amounts of currencies with 0, 2 and 3 decimals without changing them',
    run(connector, fixture) {
      for (const [amountMinor, currency] of [
        [500, 'JPY'],
        [1050, 'GBP'],
        [10_500, 'KWD'],
        [100_000, 'UGX'],
        [1, 'GBP'],
        [999_999_999, 'EUR'],
      ] as const) {
        const asked = { amountMinor, currency }
        const account = frozenAccount(fixture)
        const first = connector.authorise(frozen(authoriseRequest({ money: asked })), account)
        const { calls, outcome } = play([connector, account], first, (call) =>
          fixture.answer(call, { ...approve, money: asked }),
        )
        expect(calls.flatMap((call) => fixture.moneyOf(call) ?? [])).toEqual([asked])
        expect(outcome).toMatchObject({ kind: 'approved', echoed: asked })
      }
    },
  },
  {
    name: 'sends nothing rather than an amount that the gateway cannot say',
    run(connector, fixture) {
      const asked = { amountMinor: 10_505, currency: 'KWD' }
      const account = frozenAccount(fixture)
      const first = connector.authorise(frozen(authoriseRequest({ money: asked })), account)
      if (first.do === 'end') expect(first.outcome.kind).toBe('not-sent')
      else {
        const { calls } = play([connector, account], first, (call) =>
          fixture.answer(call, { ...approve, money: asked }),
        )
        expect(calls.flatMap((call) => fixture.moneyOf(call) ?? [])).toEqual([asked])
      }
    },
  },
  {
    name: 'names what has to be stored before the first call that moves money, or with it',
    run(connector, fixture) {
      for (const operation of operationsIn(connector)) {
        const { moves } = playing([connector, fixture], operation)
        const calls = moves.flatMap((move) => (move.do === 'call' ? [move] : []))
        const firstMoving = calls.findIndex(({ call }) => fixture.movesMoney(call))
        const checkpoint = calls.findIndex((move) => move.checkpoint !== undefined)
        expect(checkpoint, operation).toBeLessThanOrEqual(firstMoving)
        // Between two calls a process may die: the money must not be what nobody can find.
        const severalSteps = operation === 'authorise' && calls.length > 1
        if (severalSteps) expect(checkpoint, operation).toBeGreaterThanOrEqual(0)
      }
    },
  },
  {
    name: 'declares an order by phone as one, when told that it is, and a renewal never',
    run(connector, fixture) {
      expect(fixture.saysMoto !== undefined).toBe(connector.facts.motoField !== undefined)
      const { saysMoto } = fixture
      if (!saysMoto) return
      const account = frozenAccount(fixture)
      const isMoto = (first: Move) =>
        play([connector, account], first, (call) => fixture.answer(call, approve)).calls.some(saysMoto)
      for (const moto of [true, false]) {
        expect(isMoto(connector.authorise(frozen(authoriseRequest({ moto })), account)), 'a card').toBe(moto)
        const kept = connector.tokenise?.(frozen(tokeniseRequest({ moto })), account)
        if (kept) expect(isMoto(kept), 'a card that is kept').toBe(moto)
      }
      for (const initiator of ['customer', 'merchant'] as const) {
        const stored = connector.authoriseStored?.(frozen(storedCardRequest({ initiator })), account)
        if (stored) expect(isMoto(stored), initiator).toBe(initiator === 'customer')
        const unsaid = connector.authoriseStored?.(
          frozen(storedCardRequest({ initiator, moto: false })),
          account,
        )
        if (unsaid) expect(isMoto(unsaid), `${initiator}, as an ordinary order`).toBe(false)
      }
    },
  },
  {
    name: 'cannot have a slot moved, its host changed or its path turned without the policy refusing',
    run(connector, fixture) {
      const destination = { connector: connector.id, origin: fixture.account.origin }
      const carrying = operationsIn(connector)
        .flatMap((operation) => playing([connector, fixture], operation).moves)
        .flatMap((move) => (move.do === 'call' && move.carriesCard ? [move.call] : []))
      for (const call of carrying) {
        expect(allows(destination, call)).toBe(true)
        expect(allows(destination, { ...call, origin: 'https://elsewhere.example' })).toBe(false)
        expect(allows(destination, { ...call, path: `${call.path}/../notes` })).toBe(false)
        expect(allows(destination, { ...call, path: `${call.path}?to=elsewhere` })).toBe(false)
        for (const literal of call.body!.fields.filter(({ value }) => typeof value !== 'object')) {
          for (const { value } of slotsOf(call)) {
            const moved = call
              .body!.fields.filter((field) => field.value !== value)
              .map((field) => (field === literal ? { ...field, value } : field))
            const body = { ...call.body!, fields: moved }
            expect(allows(destination, { ...call, body }), literal.path.join('.')).toBe(false)
          }
        }
      }
    },
  },
  {
    name: 'leaves slots where the vault’s policy has them, and nowhere else',
    run(connector, fixture) {
      for (const operation of operationsIn(connector)) {
        for (const move of playing([connector, fixture], operation).moves) {
          if (move.do === 'end') continue
          expect(move.carriesCard).toBe(slotsOf(move.call).length > 0)
          const destination = { connector: connector.id, origin: fixture.account.origin }
          if (move.carriesCard) expect(allows(destination, move.call)).toBe(true)
          if (move.carriesCard) expect(['authorise', 'tokenise']).toContain(operation)
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
      for (const operation of operationsIn(connector)) {
        for (const call of playing([connector, fixture], operation).calls) {
          for (const text of literalsOf(call)) expect(hideCardNumbers(text)).toBe(text)
          const { headers: _, computedHeaders: __, ...rest } = call
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
      for (const operation of operationsIn(connector)) {
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
      for (const operation of operationsIn(connector)) {
        const [first, second] = [
          playing([connector, fixture], operation),
          playing([connector, fixture], operation),
        ]
        expect(isDeepStrictEqual(second, first), operation).toBe(true)
      }
    },
  },
  {
    name: 'carries any reference and description whole',
    run(connector, fixture) {
      const plain = playing([connector, fixture], 'authorise').calls.flatMap(literalsOf)
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (text) => {
          const odd = frozen(authoriseRequest({ merchantReference: text, description: text }))
          const account = frozenAccount(fixture)
          const { calls, outcome } = play([connector, account], connector.authorise(odd, account), (call) =>
            fixture.answer(call, approve),
          )
          expect(outcome.kind).toBe('approved')
          const literals = calls.flatMap(literalsOf)
          // Whole or not at all: a reference that was cut leads to another order.
          if (fixture.carriesText !== false) expect(literals).toContain(text)
          else expect(literals).toEqual(plain)
        }),
        { numRuns: 100, seed },
      )
    },
  },
]
