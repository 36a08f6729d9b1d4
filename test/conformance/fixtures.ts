import { adyenFixture } from './adyen-fixture.ts'
import { checkoutComFixture } from './checkout-com-fixture.ts'
import { cybersourceFixture } from './cybersource-fixture.ts'
import type { ConformanceFixture } from './fixture.ts'
import { payConnectorFixture } from './pay-connector-fixture.ts'
import { sandboxFixture } from './sandbox-fixture.ts'
import { stripeFixture } from './stripe-fixture.ts'
import { worldpayFixture } from './worldpay-fixture.ts'

/** A connector that is added to the registry needs a fixture here; without one, the suite fails. */
export const fixtures: Readonly<Record<string, ConformanceFixture>> = {
  adyen: adyenFixture,
  'checkout-com': checkoutComFixture,
  cybersource: cybersourceFixture,
  'pay-connector': payConnectorFixture,
  sandbox: sandboxFixture,
  stripe: stripeFixture,
  worldpay: worldpayFixture,
}
