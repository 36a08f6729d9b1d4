import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { hideCardNumbers } from '../../src/base/luhn-tripwire.ts'
import type { GatewayCall } from '../../src/contracts/gateway-call.ts'
import { allows } from '../../src/vault/policy.ts'
import { approve, type Check, frozenAccount, playing, request, seed } from './check.ts'
import { authoriseRequest, followUpRequest, frozen, operationNames, play } from './play.ts'

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
        const account = frozenAccount(fixture)
        const first = connector.authorise(frozen(authoriseRequest({ money: asked })), account)
        const { calls, outcome } = play([connector, account], first, (call) =>
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
    name: 'carries any reference and description whole',
    run(connector, fixture) {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }), (text) => {
          const odd = frozen(authoriseRequest({ merchantReference: text, description: text }))
          const account = frozenAccount(fixture)
          const { calls, outcome } = play([connector, account], connector.authorise(odd, account), (call) =>
            fixture.answer(call, approve),
          )
          expect(outcome.kind).toBe('approved')
          expect(calls.flatMap(literalsOf)).toContain(text)
        }),
        { numRuns: 100, seed },
      )
    },
  },
]
