import { expect } from 'vitest'
import { toDecimal } from '../../src/base/money.ts'
import { type Check, frozenAccount } from './check.ts'
import { followUpRequest, frozen, play } from './play.ts'

/** One of each exponent, none of which any gateway writes in a way of its own. */
const amounts = [
  { amountMinor: 507, currency: 'JPY' },
  { amountMinor: 1053, currency: 'GBP' },
  { amountMinor: 10_530, currency: 'KWD' },
] as const

/** Of what comes after a payment: the part that is taken, and the part that is given back. */
export const followUpAmountChecks: readonly Check[] = [
  {
    name: 'captures and refunds the amount that it is told, in currencies with 0, 2 and 3 decimals',
    run(connector, fixture) {
      if (connector.facts.followUps === false) return
      const account = frozenAccount(fixture)
      for (const money of amounts)
        for (const operation of ['capture', 'refund'] as const) {
          const request = frozen({ ...followUpRequest(fixture.gatewayRef), money })
          const accept = { do: 'accept', gatewayRef: request.gatewayRef, money } as const
          const first = connector[operation](request, account)
          const { calls, outcome } = play([connector, account], first, (call) => fixture.answer(call, accept))
          const why = `${operation} of ${money.currency}`
          expect(outcome, why).toMatchObject({ kind: 'done' })
          // Some write decimals; not every follow-up names the currency, which is the payment's.
          const written = calls.filter(fixture.movesMoney).flatMap(({ body }) => body?.fields ?? [])
          const said = written.filter(
            ({ value }) => value === money.amountMinor || value === toDecimal(money),
          )
          expect(said, why).toHaveLength(1)
        }
    },
  },
]
