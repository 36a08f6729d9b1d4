import type { BodyField } from '../../contracts/gateway-call.ts'
import type { Connector, ConversationState, GatewayAccount, Move } from '../connector.ts'
import { isPhoneOrder } from '../phone-order.ts'
import type {
  AuthoriseRequest,
  DebitRequest,
  FollowUpRequest,
  InquireFollowUpRequest,
  InquireRequest,
  StoredCardRequest,
} from '../requests.ts'
import { forget, readForget } from './kept-card.ts'
import { payLinks, readLink } from './pay-links.ts'
import { readAuthorisation, readFollowUp, readFollowUpInquiry, readInquiry } from './replies.ts'
import { type At, cardFields, connectorId, get, literal, post } from './requests.ts'
import { settlement } from './settlement.ts'
import { webhooks } from './webhooks.ts'

/** Our own gateway, `src/sandbox`: one call for each operation, so that every reply ends the conversation. */
export const sandbox: Connector = {
  id: connectorId,
  facts: {
    replays5xx: true,
    windowHours: 24,
    scope: 'account',
    lookupBy: 'our-reference',
    apiVersion: 'v1',
    motoField: 'moto',
    storedCsc: true,
    bankAccounts: { uk: { needs: [] }, us: { needs: [] } },
  },
  authorise,
  authoriseStored,
  debit,
  forget,
  capture: (request, account) => followUp(request, account, { at: 'capture', money: request.money }),
  void: (request, account) => followUp(request, account, { at: 'void' }),
  refund: (request, account) => followUp(request, account, { at: 'refund', money: request.money }),
  inquire,
  inquireFollowUp,
  next: (state, reply): Move => ({ do: 'end', outcome: read(state, reply) }),
  payLinks,
  webhooks,
  settlement,
}

function authorise(request: AuthoriseRequest, account: GatewayAccount): Move {
  const { ourReference, idempotencyKey, keepFor, moto } = request
  return post(account, {
    at: 'authorise',
    path: '/v1/authorisations',
    idempotencyKey,
    fields: [
      ...paymentFields(request),
      ...(moto ? [literal('moto', true)] : []),
      ...(keepFor === undefined ? [] : [literal('keep', true)]),
      ...cardFields(request),
    ],
    carriesCard: true,
    data: { ourReference },
  })
}

function authoriseStored(request: StoredCardRequest, account: GatewayAccount): Move {
  const { ourReference, idempotencyKey, cardToken, initiator, networkRef, withCsc } = request
  return post(account, {
    at: 'authorise-stored',
    path: '/v1/authorisations',
    idempotencyKey,
    fields: [
      ...paymentFields(request),
      literal('token', cardToken),
      literal('initiator', initiator),
      ...(isPhoneOrder(request) ? [literal('moto', true)] : []),
      ...(networkRef === undefined ? [] : [literal('networkRef', networkRef)]),
      ...(withCsc ? [{ path: ['csc'], value: { slot: 'csc' as const } }] : []),
    ],
    carriesCard: withCsc ?? false,
    data: { ourReference },
  })
}

function debit(request: DebitRequest, account: GatewayAccount): Move {
  const { ourReference, idempotencyKey, scheme, holder, mandate } = request
  const bank = scheme === 'uk' ? 'sortCode' : 'routingNumber'
  return post(account, {
    at: 'debit',
    path: '/v1/debits',
    idempotencyKey,
    fields: [
      ...paymentFields(request).filter(({ path }) => path[0] !== 'capture'),
      { path: ['account', 'holder'], value: holder.name },
      { path: ['account', bank], value: { slot: bank } },
      { path: ['account', 'accountNumber'], value: { slot: 'accountNumber' } },
      { path: ['mandate', 'consent'], value: mandate.consent },
      { path: ['mandate', 'acceptedAt'], value: new Date(mandate.acceptedAtMs).toISOString() },
    ],
    carriesCard: true,
    data: { ourReference },
  })
}

function paymentFields(request: AuthoriseRequest | StoredCardRequest | DebitRequest): BodyField[] {
  const { money, ourReference, merchantReference, description, capture } = request
  return [
    literal('amount', money.amountMinor),
    literal('currency', money.currency),
    literal('ourReference', ourReference),
    literal('merchantReference', merchantReference),
    ...(description === undefined ? [] : [literal('description', description)]),
    literal('capture', capture),
  ]
}

type FollowUp = {
  readonly at: Extract<At, 'capture' | 'void' | 'refund'>
  readonly money?: FollowUpRequest['money']
}

const collections = { capture: 'captures', void: 'voids', refund: 'refunds' } as const

function followUp(
  request: Omit<FollowUpRequest, 'money'>,
  account: GatewayAccount,
  { at, money }: FollowUp,
): Move {
  const { gatewayRef, ourReference, idempotencyKey } = request
  const amount = money ? [literal('amount', money.amountMinor), literal('currency', money.currency)] : []
  return post(account, {
    at,
    path: `/v1/authorisations/${encodeURIComponent(gatewayRef)}/${collections[at]}`,
    idempotencyKey,
    fields: [...amount, literal('ourReference', ourReference)],
    data: { gatewayRef, ourReference, ...money },
  })
}

function inquire({ ourReference }: InquireRequest, account: GatewayAccount): Move {
  const path = `/v1/authorisations?ourReference=${encodeURIComponent(ourReference)}`
  return get(account, 'inquire', path, { ourReference })
}

function inquireFollowUp(request: InquireFollowUpRequest, account: GatewayAccount): Move {
  const { ourReference, gatewayRef, kind, money } = request
  const path = `/v1/movements?ourReference=${encodeURIComponent(ourReference)}`
  const echoed = kind === 'void' ? {} : money
  return get(account, 'inquire-follow-up', path, { kind, gatewayRef, ourReference, ...echoed })
}

function read(state: ConversationState, reply: Parameters<Connector['next']>[1]) {
  switch (state.at as At) {
    case 'authorise':
    case 'authorise-stored':
    case 'debit':
      return readAuthorisation(state, reply)
    case 'link':
    case 'link-inquire':
    case 'link-expire':
      return readLink(state, reply)
    case 'forget':
      return readForget(state, reply)
    case 'inquire':
      return readInquiry(state, reply)
    case 'inquire-follow-up':
      return readFollowUpInquiry(state, reply)
    case 'capture':
    case 'void':
    case 'refund':
      return readFollowUp(state, reply)
    default:
      throw new Error('a state that this connector did not write')
  }
}
