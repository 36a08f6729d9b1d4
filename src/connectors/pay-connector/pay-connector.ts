import { type Money, toDecimal } from '../../base/money.ts'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import { anotherReference, declined, end, parse, unknown, withoutAnswer } from '../reading.ts'
import type { AuthoriseRequest, TokeniseRequest } from '../requests.ts'
import { setting, slot, type Tree, write } from '../writing.ts'
import { declineCodes } from './decline-codes.ts'
import { Answer } from './wire.ts'

const connectorId = 'pay-connector'
type At = 'charge' | 'tokenize'

const notOfThisStandard = () => end(declined('not-permitted', 'not_in_the_pay_connector_standard'))

/**
 * The request that voice providers send to a merchant's own endpoint, so that any such endpoint is a gateway.
 * https://www.twilio.com/docs/voice/twiml/pay/generic-pay-connector
 *
 * It knows two methods, `charge` and `tokenize`, and nothing after them: no capture, no refund, no question. What is
 * unknown stays so until a person has asked the merchant.
 */
export const payConnector: Connector = {
  id: connectorId,
  facts: {
    replays5xx: false,
    windowHours: 0,
    scope: 'none',
    lookupBy: 'nothing',
    apiVersion: 'generic-pay-connector',
    echoesAmount: false,
    settings: ['username', 'path'],
    followUps: false,
    sandboxLimits: 'The merchant’s endpoint decides.',
  },
  authorise(request, account) {
    // A charge is taken at once: to reserve only is not a thing that the standard can say.
    if (!request.capture) return end({ kind: 'not-sent', because: 'capture-later-not-supported' })
    return send(account, 'charge', request)
  },
  tokenise: (request, account) => send(account, 'tokenize', request),
  capture: notOfThisStandard,
  void: notOfThisStandard,
  refund: notOfThisStandard,
  inquire: () => end(unknown('the standard has no inquiry: ask the merchant')),
  next: (state, reply) => end(read(state, reply)),
}

function send(account: GatewayAccount, at: At, request: AuthoriseRequest | TokeniseRequest): Move {
  const { ourReference, withPostcode } = request
  const credentials = `${setting(account, 'username')}:${account.apiKey}`
  const money = 'money' in request ? request.money : undefined
  const body: Tree = {
    method: at,
    transaction_id: ourReference,
    cardnumber: slot('pan'),
    expiry_month: slot('expiryMonth'),
    expiry_year: slot(account.settings?.yearDigits === '2' ? 'expiryYearShort' : 'expiryYear'),
    cvv: slot('csc'),
    postal_code: withPostcode ? slot('postcode') : undefined,
    ...(money ? { amount: toDecimal(money), currency_code: money.currency } : {}),
    ...('merchantReference' in request
      ? { description: request.description, parameters: { reference: request.merchantReference } }
      : {}),
  }
  return write({
    connector: connectorId,
    operation: at === 'charge' ? 'authorise' : 'tokenise',
    at,
    account,
    path: setting(account, 'path'),
    headers: { authorization: `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` },
    body,
    data: { ourReference, ...money },
  })
}

function read({ at, data }: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 200) return unknown(`status ${reply.status}`)
  const answer = parse(Answer, reply)
  if (!answer) return unknown('unreadable answer')
  const { transaction_id: theirs, error_code: code, charge_id: chargeId, token_id: tokenId } = answer
  if (theirs != null && theirs !== data.ourReference) return anotherReference
  if (code != null && code !== '') return refused(String(code), chargeId)
  if (at === 'tokenize')
    return tokenId == null ? unknown('no token') : { kind: 'tokenised', cardToken: tokenId }
  if (chargeId == null) return unknown('a charge without an id')
  const echoed: Money = { amountMinor: Number(data.amountMinor), currency: String(data.currency) }
  return { kind: 'approved', gatewayRef: chargeId, captured: true, echoed }
}

/** A decline that names a charge contradicts itself. */
function refused(code: string, chargeId: string | null | undefined): Outcome {
  if (chargeId != null) return unknown('both a charge and an error')
  const gatewayCode = /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : 'unreadable_code'
  return declined(declineCodes.get(gatewayCode) ?? 'other', gatewayCode)
}
