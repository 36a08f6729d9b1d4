import { toGatewayUnits } from '../amounts.ts'
import type { CallMove, ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import { amountNotRepresentable } from '../reading.ts'
import type {
  AuthoriseRequest,
  FollowUpRequest,
  Initiator,
  InquireFollowUpRequest,
  StoredCardRequest,
  TokeniseRequest,
} from '../requests.ts'
import { slot, type Tree, write } from '../writing.ts'
import { amounts } from './amounts.ts'

export const connectorId = 'stripe'
export const apiVersion = '2023-08-16'

/** What a conversation keeps between its calls. */
export type Data = ConversationState['data']

/** Which reply is awaited. */
export type At =
  | 'create-payment-method'
  | 'create-uk-account'
  | 'create-us-account'
  | 'create-customer'
  | 'create-payment-intent'
  | 'confirm'
  | 'release'
  | 'set-up'
  | 'capture'
  | 'void'
  | 'refund'
  | 'forget'
  | 'forget-look'
  | 'inquire'
  | 'inquire-cancel'
  | 'inquire-follow-up'
  | 'link'
  | 'link-expire'
  | 'link-paid'
  | 'embed'
  | 'embed-look'
  | 'embed-cancel'

type Post = {
  readonly at: At
  readonly path: string
  /** One intent, several calls: each has a key of its own, made of the intent's. */
  readonly step: string
  readonly body: Tree
  readonly data: Data
} & Pick<CallMove, 'checkpoint'>

export const headersOf = ({ apiKey }: GatewayAccount) => ({
  authorization: `Bearer ${apiKey}`,
  'stripe-version': apiVersion,
})

export function post(account: GatewayAccount, { at, path, step, body, data, checkpoint }: Post): Move {
  const headers = { ...headersOf(account), 'idempotency-key': `${data.key}.${step}` }
  const encoding = 'form' as const
  const stop = checkpoint ? { checkpoint } : {}
  return write({
    connector: connectorId,
    operation: at,
    account,
    path,
    headers,
    encoding,
    body,
    data,
    ...stop,
  })
}

/** A GET has no key: it changes nothing. */
export function get(account: GatewayAccount, path: string, data: Data, at: At = 'inquire'): Move {
  const headers = headersOf(account)
  return write({ connector: connectorId, operation: at, account, path, headers, data })
}

/** Refunds have our reference to them; of captures and cancellations the intent's state is all there is. */
export function inquireFollowUp(request: InquireFollowUpRequest, account: GatewayAccount): Move {
  const { kind, gatewayRef, ourReference, money } = request
  const intent = encodeURIComponent(gatewayRef)
  const path =
    kind === 'refund' ? `/v1/refunds?payment_intent=${intent}&limit=100` : `/v1/payment_intents/${intent}`
  return get(account, path, { kind, gatewayRef, ourReference, ...money }, 'inquire-follow-up')
}

/** The one call with a card in it. Nothing is charged by it. */
export function createPaymentMethod(
  account: GatewayAccount,
  data: Data,
  { withPostcode }: { withPostcode: boolean },
): Move {
  const body: Tree = {
    type: 'card',
    card: {
      number: slot('pan'),
      exp_month: slot('expiryMonth'),
      exp_year: slot('expiryYear'),
      cvc: slot('csc'),
    },
    billing_details: withPostcode ? { address: { postal_code: slot('postcode') } } : undefined,
  }
  return post(account, { at: 'create-payment-method', path: '/v1/payment_methods', step: 'pm', body, data })
}

/** A card can only be kept under a customer. */
export function createCustomer(account: GatewayAccount, data: Data): Move {
  const body = { metadata: { our_reference: data.ourReference } }
  return post(account, { at: 'create-customer', path: '/v1/customers', step: 'cus', body, data })
}

/** Unconfirmed: it takes nothing, but its id can be written down before anything is taken. */
export function createPaymentIntent(account: GatewayAccount, data: Data): Move {
  const amount = toGatewayUnits(
    { amountMinor: Number(data.amountMinor), currency: String(data.currency) },
    amounts,
  )
  if (amount === undefined) return amountNotRepresentable
  const body: Tree = {
    amount,
    currency: String(data.currency).toLowerCase(),
    payment_method: data.paymentMethod,
    payment_method_types: [data.debit === undefined ? 'card' : String(data.debit)],
    capture_method: data.capture ? 'automatic' : 'manual',
    customer: data.customer,
    setup_future_usage: data.keepFor === undefined ? undefined : usage(data.keepFor as Initiator),
    description: data.description,
    metadata: { our_reference: data.ourReference, merchant_reference: data.merchantReference },
  }
  return post(account, { at: 'create-payment-intent', path: '/v1/payment_intents', step: 'pi', body, data })
}

/** The call that moves money. A renewal is never MOTO: nobody is on the phone. */
export function confirm(account: GatewayAccount, intent: string, data: Data): Move {
  const renewal = data.initiator === 'merchant'
  const card = renewal
    ? { off_session: true, error_on_requires_action: true }
    : { error_on_requires_action: true, ...phoneOrder(data) }
  return post(account, {
    at: 'confirm',
    path: `/v1/payment_intents/${intent}/confirm`,
    step: 'confirm',
    body: data.debit === undefined ? card : mandateOf(data),
    data: { ...data, intent },
    checkpoint: { gatewayRef: intent },
  })
}

/** The body of a confirmation: that, and when, the holder agreed. */
function mandateOf({ acceptedAt }: Data): Tree {
  return {
    mandate_data: { customer_acceptance: { type: 'offline', accepted_at: Number(acceptedAt) } },
  }
}

/** Gives up an intent that would wait for the cardholder in front of a screen. */
export function cancel(account: GatewayAccount, at: 'release' | 'inquire-cancel', data: Data): Move {
  const path = `/v1/payment_intents/${data.intent}/cancel`
  return post(account, { at, path, step: 'release', body: { cancellation_reason: 'abandoned' }, data })
}

export function setUp(account: GatewayAccount, data: Data): Move {
  const body: Tree = {
    payment_method: data.paymentMethod,
    payment_method_types: ['card'],
    customer: data.customer,
    usage: usage(data.keepFor as Initiator),
    confirm: true,
    ...phoneOrder(data),
    metadata: { our_reference: data.ourReference },
  }
  return post(account, { at: 'set-up', path: '/v1/setup_intents', step: 'setup', body, data })
}

const phoneOrder = ({ moto }: Data): Tree =>
  moto === true ? { payment_method_options: { card: { moto } } } : {}

const usage = (initiator: Initiator) => (initiator === 'merchant' ? 'off_session' : 'on_session')

type FollowUp = {
  readonly at: 'capture' | 'void' | 'refund'
  readonly request: Omit<FollowUpRequest, 'money'> & Partial<FollowUpRequest>
}

export function followUp(account: GatewayAccount, { at, request }: FollowUp): Move {
  const { gatewayRef, ourReference, idempotencyKey, money } = request
  const amount = money ? toGatewayUnits(money, amounts) : 0
  if (amount === undefined) return amountNotRepresentable
  const intent = `/v1/payment_intents/${encodeURIComponent(gatewayRef)}`
  const metadata = { our_reference: ourReference }
  const shapes = {
    capture: { path: `${intent}/capture`, body: { amount_to_capture: amount } },
    void: { path: `${intent}/cancel`, body: { cancellation_reason: 'requested_by_customer' } },
    refund: { path: '/v1/refunds', body: { payment_intent: gatewayRef, amount, metadata } },
  }
  const data = { key: idempotencyKey, ourReference, gatewayRef, ...money }
  return post(account, { at, step: at, data, ...shapes[at] })
}

/** What `next` needs of a new payment, in the state between calls: no key of the account, and nothing of a card. */
export function dataOf(request: AuthoriseRequest | StoredCardRequest | TokeniseRequest): Data {
  const { idempotencyKey: key, ourReference } = request
  const entries = {
    key,
    ourReference,
    customer: request.customerRef,
    keepFor: 'keepFor' in request ? request.keepFor : undefined,
    moto: 'cardToken' in request ? isPhoneOrder(request) : request.moto,
    ...('money' in request
      ? {
          ...request.money,
          capture: request.capture,
          merchantReference: request.merchantReference,
          description: request.description,
        }
      : { purpose: 'tokenise' }),
    ...('cardToken' in request ? { paymentMethod: request.cardToken, initiator: request.initiator } : {}),
  }
  const there = Object.entries(entries).filter((entry) => entry[1] !== undefined)
  return Object.fromEntries(there) as Data
}
