import { createHash } from 'node:crypto'
import { toGatewayUnits } from '../amounts.ts'
import type { ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import { amountNotRepresentable } from '../reading.ts'
import type {
  AuthoriseRequest,
  FollowUpRequest,
  Initiator,
  ReverseRequest,
  StoredCardRequest,
  TokeniseRequest,
} from '../requests.ts'
import { setting, slot, type Tree, write } from '../writing.ts'
import { amounts } from './decline-codes.ts'

export const connectorId = 'adyen'
export const apiVersion = 'v72'

export type Data = ConversationState['data']
export type At =
  | 'authorise'
  | 'tokenise'
  | 'stored'
  | 'forget'
  | 'forget-look'
  | 'capture'
  | 'void'
  | 'refund'
  | 'reverse'
  | 'link'

const longestKey = 64
const longestMetadata = 80

type Post = {
  readonly at: At
  readonly path: string
  readonly idempotencyKey: string
  readonly body: Tree
  readonly data: Data
}

export function post(account: GatewayAccount, { at, path, idempotencyKey, body, data }: Post): Move {
  const key =
    idempotencyKey.length <= longestKey
      ? idempotencyKey
      : createHash('sha256').update(idempotencyKey).digest('hex')
  const headers = { 'x-api-key': account.apiKey, 'idempotency-key': key }
  const whole = { merchantAccount: setting(account, 'merchantAccount'), ...body }
  return write({
    connector: connectorId,
    operation: at,
    account,
    path: `${basePath(account)}${path}`,
    headers,
    body: whole,
    data,
  })
}

/** Live hosts carry the merchant's own prefix, and a folder before the version. https://docs.adyen.com/development-resources/live-endpoints */
export const basePath = ({ origin }: GatewayAccount) =>
  origin.endsWith('-checkout-live.adyenpayments.com') ? `/checkout/${apiVersion}` : `/${apiVersion}`

const card = {
  type: 'scheme',
  number: slot('pan'),
  expiryMonth: slot('expiryMonth'),
  expiryYear: slot('expiryYear'),
  cvc: slot('csc'),
}

/** Of an address that nobody asked for, only the postcode is checked; Adyen wants the rest to be there. */
const postcodeOnly = {
  postalCode: slot('postcode'),
  street: 'N/A',
  houseNumberOrName: 'N/A',
  city: 'N/A',
  country: 'ZZ',
}

const keeping = (keepFor: Initiator | undefined, shopperReference: string): Tree =>
  keepFor === undefined
    ? {}
    : { storePaymentMethod: true, recurringProcessingModel: modelOf(keepFor), shopperReference }

const modelOf = (initiator: Initiator) => (initiator === 'merchant' ? 'UnscheduledCardOnFile' : 'CardOnFile')

/** Capture is said in each request, so that a setting in Adyen's Customer Area cannot take money early or never. */
const capturing = (capture: boolean): Tree =>
  capture ? { captureDelayHours: 0 } : { additionalData: { manualCapture: 'true' } }

function payment(
  account: GatewayAccount,
  request: AuthoriseRequest | StoredCardRequest,
  value: number,
): Tree {
  const { money, ourReference, merchantReference, description } = request
  const fits = description !== undefined && [...description].length <= longestMetadata
  return {
    amount: { value, currency: money.currency },
    reference: ourReference,
    merchantOrderReference: merchantReference,
    metadata: fits ? { description } : undefined,
    // Wanted by the API; nobody is ever sent there, as there is no browser.
    returnUrl: account.settings?.returnUrl ?? account.origin,
    ...capturing(request.capture),
  }
}

const interactionOf = (moto: boolean) => (moto ? 'Moto' : 'Ecommerce')

export function authorise(request: AuthoriseRequest, account: GatewayAccount): Move {
  const { money, ourReference, idempotencyKey, keepFor, customerRef, withPostcode, capture, moto } = request
  const value = toGatewayUnits(money, amounts)
  if (value === undefined) return amountNotRepresentable
  const body: Tree = {
    ...payment(account, request, value),
    paymentMethod: card,
    billingAddress: withPostcode ? postcodeOnly : undefined,
    shopperInteraction: interactionOf(moto),
    ...keeping(keepFor, customerRef ?? ourReference),
  }
  const kept: Data = keepFor === undefined ? {} : { customer: customerRef ?? ourReference }
  const data = { ourReference, ...money, capture, ...kept }
  return post(account, { at: 'authorise', path: '/payments', idempotencyKey, body, data })
}

/** A card is checked with an authorisation of nothing. */
export function tokenise(request: TokeniseRequest, account: GatewayAccount): Move {
  const { ourReference, idempotencyKey, currency, keepFor, withPostcode, moto } = request
  const customer = request.customerRef ?? ourReference
  const body: Tree = {
    amount: { value: 0, currency },
    reference: ourReference,
    returnUrl: account.settings?.returnUrl ?? account.origin,
    paymentMethod: card,
    billingAddress: withPostcode ? postcodeOnly : undefined,
    shopperInteraction: interactionOf(moto),
    ...keeping(keepFor, customer),
  }
  const data = { ourReference, amountMinor: 0, currency, customer }
  return post(account, { at: 'tokenise', path: '/payments', idempotencyKey, body, data })
}

/** A renewal is `ContAuth`: MOTO would say that the customer is on the phone. */
export function authoriseStored(request: StoredCardRequest, account: GatewayAccount): Move {
  const {
    money,
    ourReference,
    idempotencyKey,
    cardToken,
    customerRef,
    networkRef,
    initiator,
    capture,
    withCsc,
  } = request
  const value = toGatewayUnits(money, amounts)
  if (value === undefined) return amountNotRepresentable
  const body: Tree = {
    ...payment(account, request, value),
    paymentMethod: {
      type: 'scheme',
      storedPaymentMethodId: cardToken,
      networkPaymentReference: initiator === 'merchant' ? networkRef : undefined,
      cvc: withCsc ? slot('csc') : undefined,
    },
    shopperReference: customerRef ?? ourReference,
    shopperInteraction: initiator === 'merchant' ? 'ContAuth' : interactionOf(isPhoneOrder(request)),
    recurringProcessingModel: modelOf(initiator),
  }
  const data = { ourReference, ...money, capture }
  return post(account, { at: 'stored', path: '/payments', idempotencyKey, body, data })
}

const collections = { capture: 'captures', void: 'cancels', refund: 'refunds' } as const

type FollowUp = {
  readonly at: keyof typeof collections
  readonly request: Omit<FollowUpRequest, 'money'> & Partial<FollowUpRequest>
}

export function followUp(account: GatewayAccount, { at, request }: FollowUp): Move {
  const { gatewayRef, ourReference, idempotencyKey } = request
  // A cancellation with an amount is refused.
  const money = at === 'void' ? undefined : request.money
  const value = money ? toGatewayUnits(money, amounts) : 0
  if (value === undefined) return amountNotRepresentable
  const body = {
    amount: money ? { value, currency: money.currency } : undefined,
    reference: ourReference,
  }
  const path = `/payments/${encodeURIComponent(gatewayRef)}/${collections[at]}`
  return post(account, { at, path, idempotencyKey, body, data: { gatewayRef, ...money } })
}

/**
 * By Adyen's reference a cancellation or refund, whichever is due; by ours a "technical cancel". The webhook that tells what
 * came of it names the reference of this request: the attempt's own, so that it is found.
 */
export function reverse(request: ReverseRequest, account: GatewayAccount): Move {
  const { gatewayRef, ourReference, idempotencyKey } = request
  const key = `${idempotencyKey}.reverse`
  const byTheirs = gatewayRef !== undefined
  return post(account, {
    at: 'reverse',
    path: byTheirs ? `/payments/${encodeURIComponent(gatewayRef)}/reversals` : '/cancels',
    idempotencyKey: key,
    body: byTheirs
      ? { reference: ourReference }
      : { paymentReference: ourReference, reference: ourReference },
    data: byTheirs ? { gatewayRef } : { ourReference },
  })
}
