import type { Connector, GatewayAccount, Move } from '../../src/connectors/connector.ts'
import type { Outcome } from '../../src/connectors/outcome.ts'
import type { DebitRequest, StoredCardRequest, TokeniseRequest } from '../../src/connectors/requests.ts'
import { type BankScheme, bankCurrency } from '../../src/contracts/bank-account.ts'
import { GatewayCall, type GatewayReply } from '../../src/contracts/gateway-call.ts'

export type Played = {
  readonly calls: readonly GatewayCall[]
  readonly moves: readonly Move[]
  readonly outcome: Outcome
}

const longestConversation = 8

/**
 * A whole conversation: every call is one that the card process would accept, every state survives being stored, and
 * nothing that is handed over may be changed.
 */
export function play(
  [connector, account]: readonly [Connector, GatewayAccount],
  first: Move,
  answer: (call: GatewayCall, step: number) => GatewayReply,
): Played {
  const calls: GatewayCall[] = []
  const moves: Move[] = []
  let move = first
  for (let step = 0; step < longestConversation; step++) {
    moves.push(move)
    if (move.do === 'end') return { calls, moves, outcome: move.outcome }
    calls.push(GatewayCall.parse(move.call))
    const stored = JSON.parse(JSON.stringify(move.state)) as typeof move.state
    move = connector.next(frozen(stored), frozen(answer(move.call, step)), account)
  }
  throw new Error('the conversation does not end')
}

/** The same value, of which no part can be changed any more. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}

/** The operations as functions of nothing, so that checks can run over all of them. */
export function operationsOf(
  connector: Connector,
  account: GatewayAccount,
  gatewayRef?: string,
): Record<OperationName, () => Move> {
  const request = frozen(authoriseRequest())
  const followUp = frozen(followUpRequest(gatewayRef))
  const { money: _, ...withoutMoney } = followUp
  const { ourReference, money, idempotencyKey } = request
  return {
    authorise: () => connector.authorise(request, account),
    tokenise: () => connector.tokenise!(frozen(tokeniseRequest()), account),
    authoriseStored: () => connector.authoriseStored!(frozen(storedCardRequest()), account),
    capture: () => connector.capture(followUp, account),
    void: () => connector.void(frozen(withoutMoney), account),
    refund: () => connector.refund(followUp, account),
    inquire: () => connector.inquire(frozen({ ourReference, money }), account),
    reverse: () => connector.reverse!(frozen({ ourReference, money, idempotencyKey }), account),
  }
}

export const operationNames = [
  'authorise',
  'tokenise',
  'authoriseStored',
  'capture',
  'void',
  'refund',
  'inquire',
  'reverse',
] as const
export type OperationName = (typeof operationNames)[number]

/** Those that this connector has. */
export const operationsIn = (connector: Connector): OperationName[] =>
  operationNames.filter((name) => connector[name] !== undefined)

type AuthoriseRequest = Parameters<Connector['authorise']>[0]

/** Of an account whose holder has told all that any gateway wants to know. */
export function debitRequest(scheme: BankScheme, change: Partial<DebitRequest> = {}): DebitRequest {
  const { money, ourReference, idempotencyKey, merchantReference, ...payment } = authoriseRequest()
  const { capture, description = '' } = payment
  return {
    ...{ money: { ...money, currency: bankCurrency[scheme] }, ourReference, idempotencyKey },
    ...{ merchantReference, description, capture, scheme, accountType: 'checking' },
    holder: {
      ...{ name: 'Jo Miller', kind: 'individual', email: 'jo@example.com' },
      address: { line1: '1 High Street', city: 'Leeds', postalCode: 'LS1 4AP', country: 'GB' },
    },
    mandate: { consent: 'spoken', acceptedAtMs: Date.UTC(2026, 0, 15, 12) },
    ...change,
  }
}

export function authoriseRequest(changes: Partial<AuthoriseRequest> = {}): AuthoriseRequest {
  return {
    money: { amountMinor: 1050, currency: 'GBP' },
    ourReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
    idempotencyKey: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w.authorise',
    merchantReference: 'order 7 “north”',
    description: 'Two tickets, row 3',
    capture: true,
    withPostcode: true,
    moto: true,
    ...changes,
  }
}

export const storedCardRequest = (changes: Partial<StoredCardRequest> = {}): StoredCardRequest => {
  const { withPostcode: _, moto: __, ...payment } = authoriseRequest()
  return { ...payment, cardToken: 'pm_kept1', customerRef: 'cus_kept1', initiator: 'merchant', ...changes }
}

export const tokeniseRequest = (changes: Partial<TokeniseRequest> = {}): TokeniseRequest => ({
  ourReference: authoriseRequest().ourReference,
  idempotencyKey: authoriseRequest().idempotencyKey,
  currency: 'GBP',
  withPostcode: true,
  moto: true,
  keepFor: 'merchant',
  customerRef: 'cus_kept1',
  ...changes,
})

export const followUpRequest = (gatewayRef = 'auth_7k3q') => ({
  gatewayRef,
  ourReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1x',
  idempotencyKey: 'att_01jd3f8p0m9x2v7k4q6r5s8t1x.follow',
  money: { amountMinor: 1050, currency: 'GBP' },
})
