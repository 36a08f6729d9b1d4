import type { Money } from '../../base/money.ts'
import type { ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import type {
  AuthoriseRequest,
  FollowUpRequest,
  Initiator,
  StoredCardRequest,
  TokeniseRequest,
} from '../requests.ts'
import { numberSlot, setting, slot, type Tree, write } from '../writing.ts'

export const connectorId = 'worldpay'
export const apiVersion = '2024-06-01'

export type Data = ConversationState['data']
export type At =
  | 'authorise'
  | 'tokenise'
  | 'stored'
  | 'forget'
  | 'inquire'
  | 'find-action'
  | 'capture'
  | 'void'
  | 'refund'

export const credentialsOf = (account: GatewayAccount) => {
  const credentials = Buffer.from(`${setting(account, 'username')}:${account.apiKey}`, 'utf8').toString(
    'base64',
  )
  return { authorization: `Basic ${credentials}` }
}

const headersOf = (account: GatewayAccount) => ({
  ...credentialsOf(account),
  'wp-api-version': apiVersion,
  accept: 'application/json',
})

/** Another API, with another way to name its version. https://developer.worldpay.com/products/payment-queries/openapi */
export function query(account: GatewayAccount, at: At, path: string, data: Data): Move {
  const headers = {
    ...credentialsOf(account),
    accept: 'application/vnd.worldpay.payment-queries-v1.hal+json',
  }
  return write({ connector: connectorId, operation: at, account, path, headers, data })
}

type Post = { readonly at: At; readonly path: string; readonly body: Tree; readonly data: Data }

export function post(account: GatewayAccount, { at, path, body, data }: Post): Move {
  return write({
    connector: connectorId,
    operation: at,
    account,
    path,
    headers: headersOf(account),
    body,
    data,
  })
}

function get(account: GatewayAccount, at: At, path: string, data: Data): Move {
  return write({ connector: connectorId, operation: at, account, path, headers: headersOf(account), data })
}

const card = (account: GatewayAccount, withPostcode: boolean): Tree => ({
  type: 'plain',
  cardNumber: slot('pan'),
  expiryDate: { month: numberSlot('expiryMonth'), year: numberSlot('expiryYear') },
  cvc: slot('csc'),
  // Of an address that nobody asked for, only the postcode is checked; Worldpay wants the rest to be there.
  billingAddress: withPostcode
    ? {
        address1: 'N/A',
        city: 'N/A',
        postalCode: slot('postcode'),
        countryCode: account.settings?.country ?? 'GB',
      }
    : undefined,
})

/** What the customer agreed to: their own later orders, or the merchant's renewals. */
const agreementOf = (initiator: Initiator, usage: 'first' | 'subsequent', networkRef?: string): Tree => ({
  type: initiator === 'merchant' ? 'subscription' : 'cardOnFile',
  storedCardUsage: usage,
  schemeReference: networkRef,
})

type Payment = {
  readonly ourReference: string
  readonly money: Pick<Money, 'currency'> & { readonly amountMinor: number }
  readonly instrument: Tree
  readonly agreement?: Tree
  readonly keep?: boolean
  readonly capture: boolean
  /** The only channel that Worldpay documents a name for; e-commerce is what it takes a payment without one for. */
  readonly moto: boolean
}

/** There is no idempotency key: our reference is unique, and what became of it is asked by it. */
function payment(account: GatewayAccount, request: Payment): Tree {
  const { ourReference, money, instrument, agreement, keep, capture, moto } = request
  return {
    transactionReference: ourReference,
    channel: moto ? 'moto' : undefined,
    merchant: { entity: setting(account, 'entity') },
    instruction: {
      method: 'card',
      paymentInstrument: instrument,
      customerAgreement: agreement,
      tokenCreation: keep ? { type: 'worldpay' } : undefined,
      narrative: { line1: setting(account, 'narrative') },
      value: { currency: money.currency, amount: money.amountMinor },
      settlement: { auto: capture },
    },
  }
}

const path = '/api/payments'

export function authorise(request: AuthoriseRequest, account: GatewayAccount): Move {
  const { money, ourReference, keepFor, capture, withPostcode, moto } = request
  const body = payment(account, {
    ourReference,
    money,
    instrument: card(account, withPostcode),
    ...(keepFor ? { agreement: agreementOf(keepFor, 'first'), keep: true } : {}),
    capture,
    moto,
  })
  const data = { ourReference, ...money, keeps: keepFor !== undefined }
  return post(account, { at: 'authorise', path, body, data })
}

export function tokenise(request: TokeniseRequest, account: GatewayAccount): Move {
  const { ourReference, currency, keepFor, withPostcode, moto } = request
  const money = { amountMinor: 0, currency }
  const body = payment(account, {
    ourReference,
    money,
    instrument: card(account, withPostcode),
    agreement: agreementOf(keepFor, 'first'),
    keep: true,
    capture: false,
    moto,
  })
  return post(account, { at: 'tokenise', path, body, data: { ourReference, ...money, keeps: true } })
}

/** A renewal is never MOTO: the channel is left out. */
export function authoriseStored(request: StoredCardRequest, account: GatewayAccount): Move {
  const { money, ourReference, cardToken, initiator, networkRef, capture, withCsc } = request
  const renewal = initiator === 'merchant'
  const body = payment(account, {
    ourReference,
    money,
    instrument: { type: 'token', href: cardToken, cvc: withCsc ? slot('csc') : undefined },
    agreement: agreementOf(initiator, 'subsequent', renewal ? networkRef : undefined),
    capture,
    moto: isPhoneOrder(request),
  })
  return post(account, { at: 'stored', path, body, data: { ourReference, ...money, keeps: false } })
}

type Kind = 'capture' | 'void' | 'refund'
type FollowUp = {
  readonly at: Kind
  readonly request: Omit<FollowUpRequest, 'money'> & Partial<FollowUpRequest>
}

/** Names of the actions that are followed. A part may be all of it; "all" would never say how much that is. */
export const actions: Readonly<Record<Kind, string>> = {
  capture: 'partiallySettlePayment',
  void: 'cancelPayment',
  refund: 'partiallyRefundPayment',
}

/** First where the link is that may be followed now, then the link. */
export function followUp(account: GatewayAccount, { at, request }: FollowUp): Move {
  const { gatewayRef, ourReference, money } = request
  const data = { kind: at, ourReference, gatewayRef, ...(at === 'void' ? {} : money) }
  return get(account, 'find-action', `${path}/${encodeURIComponent(gatewayRef)}`, data)
}

export function follow(account: GatewayAccount, link: string, data: Data): Move {
  const at = data.kind as Kind
  const value: Tree = { currency: data.currency as string, amount: data.amountMinor as number }
  const body: Tree = at === 'void' ? {} : { reference: data.ourReference, value }
  return post(account, { at, path: link, body, data })
}

/** The path of a link to this gateway and to no other; undefined for anything else. */
export function pathOf(account: GatewayAccount, action: unknown): string | undefined {
  const href = (action as { href?: unknown } | undefined)?.href
  if (typeof href !== 'string') return undefined
  const link = href.startsWith(account.origin) ? href.slice(account.origin.length) : href
  return /^\/api\/payments\/[A-Za-z0-9_.=~-]{1,1500}\/[A-Za-z]{1,40}$/.test(link) ? link : undefined
}
