import { toGatewayUnits } from '../amounts.ts'
import type { ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import { amountNotRepresentable } from '../reading.ts'
import type { AuthoriseRequest, FollowUpRequest, StoredCardRequest, TokeniseRequest } from '../requests.ts'
import { numberSlot, setting, slot, type Tree, write } from '../writing.ts'
import { amounts } from './decline-codes.ts'

export const connectorId = 'checkout-com'

export type Data = ConversationState['data']
export type At =
  | 'authorise'
  | 'tokenise'
  | 'stored'
  | 'capture'
  | 'void'
  | 'refund'
  | 'forget'
  | 'inquire'
  | 'inquire-decline'
  | 'inquire-follow-up'
  | 'link'
  | 'link-inquire'
  | 'link-paid'

const longestDescription = 100

type Post = {
  readonly at: At
  readonly path: string
  readonly idempotencyKey: string
  readonly body: Tree
  readonly data: Data
}

export const headersOf = ({ apiKey }: GatewayAccount) => ({ authorization: `Bearer ${apiKey}` })

export function post(account: GatewayAccount, { at, path, idempotencyKey, body, data }: Post): Move {
  const headers = { ...headersOf(account), 'cko-idempotency-key': idempotencyKey }
  return write({ connector: connectorId, operation: at, account, path, headers, body, data })
}

export function get(account: GatewayAccount, at: At, path: string, data: Data): Move {
  const headers = headersOf(account)
  return write({ connector: connectorId, operation: at, account, path, headers, data })
}

const card = (withPostcode: boolean): Tree => ({
  type: 'card',
  number: slot('pan'),
  expiry_month: numberSlot('expiryMonth'),
  expiry_year: numberSlot('expiryYear'),
  cvv: slot('csc'),
  billing_address: withPostcode ? { zip: slot('postcode') } : undefined,
})

function payment(account: GatewayAccount, request: AuthoriseRequest | StoredCardRequest): Tree | undefined {
  const { money, ourReference, merchantReference, description, capture } = request
  const amount = toGatewayUnits(money, amounts)
  if (amount === undefined) return undefined
  const fits = description !== undefined && [...description].length <= longestDescription
  return {
    amount,
    currency: money.currency,
    reference: ourReference,
    capture,
    description: fits ? description : undefined,
    processing_channel_id: setting(account, 'processingChannelId'),
    metadata: { merchant_reference: merchantReference },
  }
}

const typeOf = (moto: boolean) => (moto ? 'MOTO' : 'Regular')

export function authorise(request: AuthoriseRequest, account: GatewayAccount): Move {
  const { money, ourReference, idempotencyKey, keepFor, customerRef, withPostcode, capture, moto } = request
  const basics = payment(account, request)
  if (!basics) return amountNotRepresentable
  const kept = keepFor === undefined ? {} : { store_for_future_use: true }
  const body: Tree = {
    source: { ...card(withPostcode), ...kept },
    payment_type: typeOf(moto),
    ...basics,
    customer: customerRef === undefined ? undefined : { id: customerRef },
  }
  const data = { ourReference, ...money, capture, keeps: keepFor !== undefined }
  return post(account, { at: 'authorise', path: '/payments', idempotencyKey, body, data })
}

/** Without an amount it is a check of the card. */
export function tokenise(request: TokeniseRequest, account: GatewayAccount): Move {
  const { ourReference, idempotencyKey, currency, withPostcode, customerRef, moto } = request
  const body: Tree = {
    source: { ...card(withPostcode), store_for_future_use: true },
    payment_type: typeOf(moto),
    amount: 0,
    currency,
    reference: ourReference,
    processing_channel_id: setting(account, 'processingChannelId'),
    customer: customerRef === undefined ? undefined : { id: customerRef },
  }
  const data = { ourReference, amountMinor: 0, currency, capture: false, keeps: true }
  return post(account, { at: 'tokenise', path: '/payments', idempotencyKey, body, data })
}

/** A renewal is `Recurring` and initiated by the merchant: never MOTO. */
export function authoriseStored(request: StoredCardRequest, account: GatewayAccount): Move {
  const { money, ourReference, idempotencyKey, cardToken, initiator, networkRef, capture, withCsc } = request
  const basics = payment(account, request)
  if (!basics) return amountNotRepresentable
  const renewal = initiator === 'merchant'
  const body: Tree = {
    source: { type: 'id', id: cardToken, cvv: withCsc ? slot('csc') : undefined },
    payment_type: renewal ? 'Recurring' : typeOf(isPhoneOrder(request)),
    merchant_initiated: renewal,
    previous_payment_id: renewal ? networkRef : undefined,
    ...basics,
  }
  const data = { ourReference, ...money, capture, keeps: false }
  return post(account, { at: 'stored', path: '/payments', idempotencyKey, body, data })
}

const collections = { capture: 'captures', void: 'voids', refund: 'refunds' } as const

type FollowUp = {
  readonly at: keyof typeof collections
  readonly request: Omit<FollowUpRequest, 'money'> & Partial<FollowUpRequest>
}

export function followUp(account: GatewayAccount, { at, request }: FollowUp): Move {
  const { gatewayRef, ourReference, idempotencyKey, money } = request
  const amount = money && at !== 'void' ? toGatewayUnits(money, amounts) : undefined
  if (amount === undefined && at !== 'void') return amountNotRepresentable
  const path = `/payments/${encodeURIComponent(gatewayRef)}/${collections[at]}`
  const body: Tree = { amount, reference: ourReference }
  return post(account, { at, path, idempotencyKey, body, data: { ourReference, gatewayRef } })
}
