import { type Money, toDecimal } from '../../base/money.ts'
import type { ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import type {
  AuthoriseRequest,
  FollowUpRequest,
  Initiator,
  InquireFollowUpRequest,
  ReverseRequest,
  StoredCardRequest,
  TokeniseRequest,
} from '../requests.ts'
import { setting, slot, type Tree, write } from '../writing.ts'
import { signedHeaders } from './signing.ts'

export const connectorId = 'cybersource'

export type Data = ConversationState['data']
export type At =
  | 'authorise'
  | 'tokenise'
  | 'stored'
  | 'forget'
  | 'release'
  | 'capture'
  | 'void'
  | 'find-amount'
  | 'refund'
  | 'reverse'
  | 'inquire'
  | 'inquire-follow-up'

type Sent = {
  readonly at: At
  readonly method?: 'DELETE'
  readonly path: string
  readonly body?: Tree
  readonly data: Data
}

export function send(account: GatewayAccount, { at, path, body, data, ...sent }: Sent): Move {
  const method = sent.method ?? (body ? 'POST' : 'GET')
  const computedHeaders = signedHeaders(account, { method, path })
  const headers = { 'v-c-merchant-id': setting(account, 'merchantId'), accept: 'application/json' }
  const written = body ? { body } : {}
  return write({
    connector: connectorId,
    operation: at,
    account,
    method,
    path,
    headers,
    computedHeaders,
    ...written,
    data,
  })
}

const card = {
  card: {
    number: slot('pan'),
    expirationMonth: slot('expiryMonth'),
    expirationYear: slot('expiryYear'),
    securityCode: slot('csc'),
  },
}

const amountOf = (money: Money): Tree => ({ totalAmount: toDecimal(money), currency: money.currency })

/** Names the attempt in reports, and in a timeout reversal: letters and digits, at most 30 of them. */
const transactionIdOf = (ourReference: string) => ourReference.replace(/[^A-Za-z0-9]/g, '').slice(-30)

const referenceOf = (ourReference: string): Tree => ({
  code: ourReference,
  transactionId: transactionIdOf(ourReference),
})

type Payment = {
  readonly ourReference: string
  readonly amount: Tree
  readonly capture: boolean
  readonly commerceIndicator: 'MOTO' | 'internet' | 'recurring'
  readonly payment: Tree
  readonly initiator?: Tree
  readonly keep?: boolean
  readonly withPostcode?: boolean
  readonly merchantReference?: string
  readonly description?: string
}

function paymentBody(request: Payment): Tree {
  const { ourReference, amount, capture, commerceIndicator, payment, initiator, keep, withPostcode } = request
  const notes = [request.merchantReference, request.description].flatMap((value, index) =>
    value === undefined ? [] : [{ key: String(index + 1), value }],
  )
  return {
    clientReferenceInformation: referenceOf(ourReference),
    processingInformation: {
      capture,
      commerceIndicator,
      authorizationOptions: initiator ? { initiator } : undefined,
      ...(keep ? { actionList: ['TOKEN_CREATE'], actionTokenTypes: ['customer', 'paymentInstrument'] } : {}),
    },
    paymentInformation: payment,
    orderInformation: {
      amountDetails: amount,
      billTo: withPostcode ? { postalCode: slot('postcode') } : undefined,
    },
    merchantDefinedInformation: notes.length > 0 ? notes : undefined,
  }
}

const path = '/pts/v2/payments'

/** The first use of a card that is kept. */
const keeping = (): Tree => ({ type: 'customer', credentialStoredOnFile: true })

const indicatorOf = (moto: boolean) => (moto ? 'MOTO' : 'internet')

export function authorise(request: AuthoriseRequest, account: GatewayAccount): Move {
  const { money, ourReference, capture, keepFor, withPostcode, moto, merchantReference, description } =
    request
  const body = paymentBody({
    ourReference,
    amount: amountOf(money),
    capture,
    commerceIndicator: indicatorOf(moto),
    payment: card,
    withPostcode,
    merchantReference,
    ...(description === undefined ? {} : { description }),
    ...(keepFor ? { initiator: keeping(), keep: true } : {}),
  })
  const data = { ourReference, ...money, capture, keeps: keepFor !== undefined }
  return send(account, { at: 'authorise', path, body, data })
}

export function tokenise(request: TokeniseRequest, account: GatewayAccount): Move {
  const { ourReference, currency, withPostcode, moto } = request
  const body = paymentBody({
    ourReference,
    amount: { totalAmount: '0', currency },
    capture: false,
    commerceIndicator: indicatorOf(moto),
    payment: card,
    withPostcode,
    initiator: keeping(),
    keep: true,
  })
  const data = { ourReference, amountMinor: 0, currency, capture: false, keeps: true }
  return send(account, { at: 'tokenise', path, body, data })
}

/** A renewal is `recurring` and the merchant's, never MOTO. */
export function authoriseStored(request: StoredCardRequest, account: GatewayAccount): Move {
  const {
    money,
    ourReference,
    capture,
    cardToken,
    initiator,
    networkRef,
    merchantReference,
    description,
    withCsc,
  } = request
  const body = paymentBody({
    ourReference,
    amount: amountOf(money),
    capture,
    commerceIndicator: initiator === 'merchant' ? 'recurring' : indicatorOf(isPhoneOrder(request)),
    payment: {
      paymentInstrument: { id: cardToken },
      card: withCsc ? { securityCode: slot('csc') } : undefined,
    },
    initiator: using(initiator, networkRef),
    merchantReference,
    ...(description === undefined ? {} : { description }),
  })
  return send(account, { at: 'stored', path, body, data: { ourReference, ...money, capture, keeps: false } })
}

const using = (initiator: Initiator, networkRef: string | undefined): Tree => ({
  type: initiator,
  storedCredentialUsed: true,
  merchantInitiatedTransaction:
    initiator === 'merchant' && networkRef !== undefined ? { previousTransactionId: networkRef } : undefined,
})

export function capture(request: FollowUpRequest, account: GatewayAccount): Move {
  const { gatewayRef, ourReference, money } = request
  return send(account, {
    at: 'capture',
    path: `${path}/${encodeURIComponent(gatewayRef)}/captures`,
    body: {
      clientReferenceInformation: referenceOf(ourReference),
      orderInformation: { amountDetails: amountOf(money) },
    },
    data: { ourReference },
  })
}

/** Of the capture where there was one of its own, else of the payment that was taken in one step. */
export function refund(request: FollowUpRequest, account: GatewayAccount): Move {
  const { gatewayRef, captureRef, ourReference, money } = request
  const of = captureRef === undefined ? `${path}/${gatewayRef}` : `/pts/v2/captures/${captureRef}`
  return send(account, {
    at: 'refund',
    path: `${of}/refunds`,
    body: {
      clientReferenceInformation: referenceOf(ourReference),
      orderInformation: { amountDetails: amountOf(money) },
    },
    data: { ourReference },
  })
}

/** A reversal names the amount of the authorisation, which is looked up first. */
export function voidPayment(
  { gatewayRef, ourReference }: Omit<FollowUpRequest, 'money'>,
  account: GatewayAccount,
): Move {
  const at = 'find-amount'
  return send(account, { at, path: `/tss/v2/transactions/${gatewayRef}`, data: { gatewayRef, ourReference } })
}

type Reversal = { readonly at: 'void' | 'release'; readonly amount: Tree; readonly data: Data }

export function reversal(account: GatewayAccount, { at, amount, data }: Reversal): Move {
  return send(account, {
    at,
    path: `${path}/${data.gatewayRef}/reversals`,
    body: {
      clientReferenceInformation: referenceOf(String(data.ourReference)),
      reversalInformation: { amountDetails: amount },
    },
    data,
  })
}

/** What was taken at once is voided whole. */
export function voiding(account: GatewayAccount, data: Data): Move {
  return send(account, {
    at: 'void',
    path: `${path}/${data.gatewayRef}/voids`,
    body: { clientReferenceInformation: referenceOf(String(data.ourReference)) },
    data,
  })
}

/** "Timeout reversal": of a payment whose answer was lost, by the name that we gave it. */
export function reverse({ ourReference, money }: ReverseRequest, account: GatewayAccount): Move {
  return send(account, {
    at: 'reverse',
    path: '/pts/v2/reversals',
    body: {
      clientReferenceInformation: referenceOf(ourReference),
      reversalInformation: { amountDetails: amountOf(money) },
    },
    data: { ourReference },
  })
}

export function inquire({ ourReference }: { ourReference: string }, account: GatewayAccount): Move {
  return search(account, 'inquire', { ourReference })
}

/** By the id that it was answered with; by our name for it when that answer was lost. */
export function inquireFollowUp(
  { ourReference, followUpRef, kind }: InquireFollowUpRequest,
  account: GatewayAccount,
): Move {
  const data = { ourReference, kind }
  if (followUpRef === undefined) return search(account, 'inquire-follow-up', data)
  const path = `/tss/v2/transactions/${encodeURIComponent(followUpRef)}`
  return send(account, { at: 'inquire-follow-up', path, data: { ...data, followUpRef } })
}

function search(account: GatewayAccount, at: At, data: Data): Move {
  return send(account, {
    at,
    path: '/tss/v2/searches',
    body: {
      save: false,
      query: `clientReferenceInformation.code:${data.ourReference}`,
      offset: 0,
      limit: 10,
      sort: 'submitTimeUtc:desc',
    },
    data,
  })
}
