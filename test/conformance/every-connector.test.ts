import { describe, expect, it } from 'vitest'
import { connectorOf, connectors } from '../../src/connectors/registry.ts'
import { adyenFixture } from './adyen-fixture.ts'
import { checkoutComFixture } from './checkout-com-fixture.ts'
import { checks } from './checks.ts'
import { cybersourceFixture } from './cybersource-fixture.ts'
import type { ConformanceFixture } from './fixture.ts'
import { payConnectorFixture } from './pay-connector-fixture.ts'
import { sandboxFixture } from './sandbox-fixture.ts'
import { stripeFixture } from './stripe-fixture.ts'
import { worldpayFixture } from './worldpay-fixture.ts'

/** A connector that is added to the registry needs a fixture here; without one, this file fails. */
const fixtures: Readonly<Record<string, ConformanceFixture>> = {
  'pay-connector': payConnectorFixture,
  cybersource: cybersourceFixture,
  worldpay: worldpayFixture,
  'checkout-com': checkoutComFixture,
  adyen: adyenFixture,
  sandbox: sandboxFixture,
  stripe: stripeFixture,
}

it('every connector of the registry has a fixture, and no fixture is left over', () => {
  expect(Object.keys(fixtures).sort()).toEqual(connectors.map(({ id }) => id).sort())
})

describe.each(connectors.map(({ id }) => id))('the connector %s', (id) => {
  const fixture = fixtures[id]
  it.each(checks)('$name', ({ run }) => {
    if (!fixture) throw new Error('no fixture')
    run(connectorOf(id), fixture)
  })
})
