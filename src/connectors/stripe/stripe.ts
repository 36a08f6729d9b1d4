import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { toGatewayUnits } from '../amounts.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import type { Outcome } from '../outcome.ts'
import {
  amountNotRepresentable,
  anotherReference,
  declined,
  end,
  inquiryWithoutAnswer,
  parse,
  unknown,
} from '../reading.ts'
import type { InquireRequest } from '../requests.ts'
import { amounts } from './amounts.ts'
import { debit } from './debits.ts'
import { afterEmbed, afterEmbedCancel, afterEmbedLook } from './embedded.ts'
import { afterForget, afterForgetLook, forget } from './kept-card.ts'
import { afterExpiry, afterLink, afterLinkPaid, payLinks } from './pay-links.ts'
import {
  declinedBy,
  type IntentReading,
  readConfirmation,
  readFollowUp,
  readFollowUpInquiry,
  readIntent,
  readPreparation,
} from './replies.ts'
import {
  type At,
  apiVersion,
  cancel,
  confirm,
  connectorId,
  createCustomer,
  createPaymentIntent,
  createPaymentMethod,
  type Data,
  dataOf,
  followUp,
  get,
  inquireFollowUp,
  setUp,
} from './requests.ts'
import { settlement } from './settlement.ts'
import { webhooks } from './webhooks.ts'
import { Customer, FoundIntents, PaymentIntent, PaymentMethod, SetupIntent } from './wire.ts'

/**
 * Stripe Payments by its own API. https://docs.stripe.com/api
 *
 *   card → PaymentMethod → (Customer) → PaymentIntent, unconfirmed ─ its id is stored ─ confirm (MOTO or not) → outcome
 *                                     └ SetupIntent → kept card
 *   bank account → PaymentMethod → PaymentIntent, unconfirmed ─ stored ─ confirm with the mandate → `atTheBank`, for days
 */
export const stripe: Connector = {
  id: connectorId,
  facts: {
    replays5xx: true,
    windowHours: 24,
    // The same key at another endpoint is an error: https://docs.stripe.com/api/errors (idempotency_error).
    scope: 'account',
    lookupBy: 'our-reference',
    apiVersion,
    motoField: 'payment_method_options[card][moto]',
    amounts,
    bankAccounts: { uk: { needs: ['email', 'address'] }, us: { needs: [] } },
    sandboxLimits: 'Search finds a new payment only after about a minute; by its id it is found at once.',
  },
  authorise(request, account) {
    if (toGatewayUnits(request.money, amounts) === undefined) return amountNotRepresentable
    return createPaymentMethod(account, dataOf(request), request)
  },
  tokenise: (request, account) => createPaymentMethod(account, dataOf(request), request),
  debit,
  authoriseStored: (request, account) => createPaymentIntent(account, dataOf(request)),
  forget,
  capture: (request, account) => followUp(account, { at: 'capture', request }),
  void: (request, account) => followUp(account, { at: 'void', request }),
  refund: (request, account) => followUp(account, { at: 'refund', request }),
  inquire,
  inquireFollowUp,
  payLinks,
  next,
  webhooks,
  settlement,
}

/** By its id, which was stored before it was confirmed. Without one it was never confirmed; search makes sure. */
function inquire({ ourReference, gatewayRef }: InquireRequest, account: GatewayAccount): Move {
  // Should the intent still wait for its confirmation, this key ends it once and for all.
  const data = { ourReference, key: `inquire-${ourReference}` }
  if (gatewayRef !== undefined) {
    const path = `/v1/payment_intents/${encodeURIComponent(gatewayRef)}`
    return get(account, path, { ...data, intent: gatewayRef })
  }
  const query = `metadata['our_reference']:'${ourReference.replace(/[\\']/g, '\\$&')}'`
  return get(account, `/v1/payment_intents/search?query=${encodeURIComponent(query)}&limit=2`, data)
}

function next({ at, data }: ConversationState, reply: GatewayReply, account: GatewayAccount): Move {
  switch (at as At) {
    case 'create-payment-method':
    case 'create-uk-account':
    case 'create-us-account':
    case 'create-customer':
    case 'create-payment-intent':
      return afterPreparation(at as At, data, { reply, account })
    case 'confirm':
      return afterReading(readConfirmation(reply, data), { data, account, at: 'release' })
    case 'release':
      // Whether or not it was given up: without the cardholder nothing will ever be taken.
      return end(declined('authentication-required', 'requires_action', String(data.intent)))
    case 'set-up':
      return end(readSetUp(reply, data))
    case 'forget':
      return afterForget(reply, data, account)
    case 'forget-look':
      return end(afterForgetLook(reply, data))
    case 'capture':
    case 'void':
    case 'refund':
      return end(readFollowUp(at as 'capture', reply, data))
    case 'inquire-follow-up':
      return end(reply.kind === 'answered' ? readFollowUpInquiry(reply, data) : inquiryWithoutAnswer(reply))
    case 'link':
      return afterLink(reply, data, account)
    case 'link-expire':
      return afterExpiry(reply, data, account)
    case 'link-paid':
      return afterLinkPaid(reply, data)
    case 'embed':
      return afterEmbed(reply, data, account)
    case 'embed-look':
      return afterEmbedLook(reply, data)
    case 'embed-cancel':
      return afterEmbedCancel(reply, data, account)
    case 'inquire':
    case 'inquire-cancel':
      return afterInquiry(at as 'inquire', data, { reply, account })
    default:
      throw new Error('a state that this connector did not write')
  }
}

type Context = { readonly reply: GatewayReply; readonly account: GatewayAccount }

function afterPreparation(at: At, data: Data, { reply, account }: Context): Move {
  const answered = readPreparation(reply)
  if (answered.kind !== 'answered') return end(answered)
  const unreadable = end({ kind: 'not-sent', because: `${at}: unreadable answer` })
  if (at !== 'create-customer' && at !== 'create-payment-intent') {
    const id = parse(PaymentMethod, answered)?.id
    return id === undefined ? unreadable : withPaymentMethod(account, { ...data, paymentMethod: id })
  }
  if (at === 'create-customer') {
    const id = parse(Customer, answered)?.id
    return id === undefined ? unreadable : charge(account, { ...data, customer: id })
  }
  const intent = parse(PaymentIntent, answered)
  if (!intent) return unreadable
  if (intent.metadata.our_reference !== data.ourReference) return end(anotherReference)
  const asked = toGatewayUnits(
    { amountMinor: Number(data.amountMinor), currency: String(data.currency) },
    amounts,
  )
  const same = intent.amount === asked && intent.currency.toUpperCase() === data.currency
  if (!same) return end({ kind: 'not-sent', because: 'the gateway named another amount' })
  return confirm(account, intent.id, data)
}

function withPaymentMethod(account: GatewayAccount, data: Data): Move {
  return data.keepFor !== undefined && data.customer === undefined
    ? createCustomer(account, data)
    : charge(account, data)
}

const charge = (account: GatewayAccount, data: Data) =>
  data.purpose === 'tokenise' ? setUp(account, data) : createPaymentIntent(account, data)

type Then = {
  readonly data: Data
  readonly account: GatewayAccount
  readonly at: 'release' | 'inquire-cancel'
}

function afterReading(reading: IntentReading, { data, account, at }: Then): Move {
  if (reading.kind !== 'cancel') return end(reading)
  // Fresh from a confirmation, an intent that waits for one is none that we know how to read.
  if (at === 'release' && reading.why === 'unconfirmed') return end(unknown('not confirmed'))
  return cancel(account, reading.why === 'needs-cardholder' ? 'release' : at, data)
}

function afterInquiry(at: 'inquire' | 'inquire-cancel', data: Data, { reply, account }: Context): Move {
  if (reply.kind !== 'answered') return end(inquiryWithoutAnswer(reply))
  if (reply.status !== 200) return end(unknown(`inquiry: status ${reply.status}`))
  const list = data.intent === undefined ? parse(FoundIntents, reply)?.data : [parse(PaymentIntent, reply)]
  const [found, another] = list ?? [undefined]
  if (list && !found && data.intent === undefined) return end({ kind: 'absent' })
  if (!found || another || (data.intent !== undefined && found.id !== data.intent))
    return end(unknown('inquiry: unreadable answer'))
  const reading = readIntent(found, data)
  if (at === 'inquire-cancel' && reading.kind === 'cancel') return end(unknown(`inquiry: ${found.status}`))
  return afterReading(reading, { data: { ...data, intent: found.id }, account, at: 'inquire-cancel' })
}

function readSetUp(reply: GatewayReply, data: Data): Outcome {
  const answered = readPreparation(reply)
  if (answered.kind !== 'answered') return answered
  const setup = parse(SetupIntent, answered)
  if (setup?.status === 'succeeded' && setup.payment_method === data.paymentMethod)
    return { kind: 'tokenised', cardToken: String(data.paymentMethod), customerRef: String(data.customer) }
  if (setup?.status === 'requires_action') return declined('authentication-required', 'requires_action')
  if (setup?.last_setup_error) return declinedBy(setup.last_setup_error)
  return unknown('unreadable answer')
}
