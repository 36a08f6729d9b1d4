import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { end, unknown } from '../reading.ts'
import { amounts } from './decline-codes.ts'
import { afterForget, afterForgetLook, forget } from './kept-card.ts'
import { payLinks, readLink } from './pay-links.ts'
import { readModification, readPayment, readTokenisation } from './replies.ts'
import {
  type At,
  apiVersion,
  authorise,
  authoriseStored,
  connectorId,
  followUp,
  reverse,
  tokenise,
} from './requests.ts'
import { webhooks } from './webhooks.ts'

/**
 * Adyen Checkout. https://docs.adyen.com/api-explorer/Checkout/72/overview
 *
 * One call for each operation. Captures, cancellations and refunds are only received; their webhooks say the rest, and
 * so does the webhook of an authorisation whose answer was lost: Adyen cannot be asked.
 */
export const adyen: Connector = {
  id: connectorId,
  facts: {
    replays5xx: true,
    // At least seven days: https://docs.adyen.com/development-resources/api-idempotency
    windowHours: 168,
    // The same page, "Key scope and validity time"; other regions of Adyen's do not see them.
    scope: 'company',
    lookupBy: 'webhook',
    apiVersion,
    motoField: 'shopperInteraction: Moto',
    amounts,
    storedCsc: true,
    settings: ['merchantAccount'],
    followUpsLater: true,
    // Webhooks come within seconds, and again when they were missed.
    reverseAfterMs: 600_000,
    sandboxLimits: 'Refusals are chosen by the card holder’s name or the amount, not by card numbers.',
  },
  authorise,
  tokenise,
  authoriseStored,
  forget,
  capture: (request, account) => followUp(account, { at: 'capture', request }),
  void: (request, account) => followUp(account, { at: 'void', request }),
  refund: (request, account) => followUp(account, { at: 'refund', request }),
  inquire: () => end(unknown('the gateway tells by webhook, and cannot be asked')),
  reverse,
  payLinks,
  next: (state, reply, account) =>
    state.at === 'forget' ? afterForget(reply, state.data, account) : end(read(state, reply)),
  webhooks,
}

function read({ at, data }: ConversationState, reply: GatewayReply): Outcome {
  switch (at as At) {
    case 'authorise':
    case 'stored':
      return readPayment(reply, data)
    case 'forget-look':
      return afterForgetLook(reply, data)
    case 'link':
      return readLink(reply, data)
    case 'tokenise':
      return readTokenisation(reply, data)
    case 'capture':
    case 'void':
    case 'refund':
    case 'reverse':
      return readModification(reply, data)
    default:
      throw new Error('a state that this connector did not write')
  }
}
