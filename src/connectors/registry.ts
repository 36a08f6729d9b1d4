import { AppError } from '../base/errors.ts'
import { adyen } from './adyen/adyen.ts'
import { checkoutCom } from './checkout-com/checkout-com.ts'
import type { Connector } from './connector.ts'
import { cybersource } from './cybersource/cybersource.ts'
import { payConnector } from './pay-connector/pay-connector.ts'
import { sandbox } from './sandbox/sandbox.ts'
import { stripe } from './stripe/stripe.ts'
import { worldpay } from './worldpay/worldpay.ts'

/** The configuration, or a stored conversation, names a connector that this version does not have. */
export class ConnectorUnknown extends AppError {
  readonly code = 'CONNECTOR_UNKNOWN'
  readonly remedy = 'fix-request'
  constructor() {
    super('there is no such connector')
  }
}

/** Every connector of the house. The conformance suite runs over all of them. */
export const connectors: readonly Connector[] = [
  adyen,
  checkoutCom,
  cybersource,
  payConnector,
  sandbox,
  stripe,
  worldpay,
]

export function connectorOf(id: string): Connector {
  const found = connectors.find((connector) => connector.id === id)
  if (!found) throw new ConnectorUnknown()
  return found
}
