import type { Connector, Move } from '../../../src/connectors/connector.ts'
import { BankScheme } from '../../../src/contracts/bank-account.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { fillSlots } from '../../../src/vault/card/fill-slots.ts'
import { happy } from '../../conformance/check.ts'
import type { ConformanceFixture, Scenario } from '../../conformance/fixture.ts'
import {
  authoriseRequest,
  debitRequest,
  followUpRequest,
  operationsIn,
  operationsOf,
  play,
  storedCardRequest,
  tokeniseRequest,
} from '../../conformance/play.ts'
import { keyed } from '../../vault/support/digits.ts'

export type WrittenCall = { readonly why: string; readonly call: GatewayCall; readonly body: string }

/** One published test number, as a caller keys it. */
const digits = () =>
  keyed({
    ...{ pan: '4242424242424242', expiry: '1239', csc: '731', postcode: '90210' },
    ...{ 'sort-code': '108800', 'routing-number': '110000000', 'account-number': '00012345' },
  })

/** The body as it leaves the card process. */
export function bodyOf(call: GatewayCall): string {
  const request = fillSlots(call, digits(), Date.UTC(2026, 0, 15, 12)).toString('utf8')
  return request.slice(request.indexOf('\r\n\r\n') + 4)
}

/** Every request that a connector writes: each operation, with and without all that may be left out. */
export function everyCall(connector: Connector, fixture: ConformanceFixture): WrittenCall[] {
  const { account, gatewayRef } = fixture
  const operations = operationsOf(connector, account, gatewayRef)
  const { description: _, ...bare } = authoriseRequest({ withPostcode: false, capture: false })
  const { ourReference, money } = bare
  const ref = followUpRequest(gatewayRef).gatewayRef
  const openings: [why: string, open: () => Move, scenario: Scenario][] = [
    ...operationsIn(connector).map((name): [string, () => Move, Scenario] => [
      name,
      operations[name],
      happy(fixture, name),
    ]),
    ['a bare authorisation', () => connector.authorise(bare, account), happy(fixture, 'authorise')],
    [
      'a card of a flow that is no order by phone',
      () => connector.authorise(authoriseRequest({ moto: false }), account),
      happy(fixture, 'authorise'),
    ],
    [
      'a card that is kept for renewals',
      () => connector.authorise(authoriseRequest({ keepFor: 'merchant', customerRef: 'cus_kept1' }), account),
      happy(fixture, 'authorise'),
    ],
    [
      'a card that is kept for the customer',
      () => connector.authorise(authoriseRequest({ keepFor: 'customer' }), account),
      happy(fixture, 'authorise'),
    ],
    [
      'an inquiry by their reference',
      () => connector.inquire({ ourReference, money, gatewayRef: ref }, account),
      happy(fixture, 'inquire'),
    ],
    [
      'a card that wants its holder',
      () => connector.authorise(bare, account),
      fixture.asksCardholder ? { do: 'ask-cardholder', money, ourReference } : happy(fixture, 'authorise'),
    ],
  ]
  for (const [why, request] of Object.entries(keptCards)) {
    const open = () => connector.authoriseStored!(storedCardRequest(request), account)
    if (connector.authoriseStored) openings.push([why, open, happy(fixture, 'authorise')])
  }
  if (connector.facts.storedCsc) {
    const request = storedCardRequest({ initiator: 'customer', withCsc: true })
    const open = () => connector.authoriseStored!(request, account)
    openings.push(['a kept card whose code was keyed again', open, happy(fixture, 'authorise')])
  }
  if (connector.reverse) {
    const request = { ourReference, money, idempotencyKey: bare.idempotencyKey, gatewayRef: ref }
    const open = () => connector.reverse!(request, account)
    openings.push(['an attempt that is taken back by their reference', open, happy(fixture, 'reverse')])
  }
  for (const scheme of BankScheme.options) {
    if (!connector.facts.bankAccounts?.[scheme]) continue
    const open = () => connector.debit!(debitRequest(scheme), account)
    openings.push([`a debit of a bank account (${scheme})`, open, happy(fixture, 'authorise')])
  }
  if (connector.tokenise) {
    const open = () => connector.tokenise!(tokeniseRequest({ moto: false, withPostcode: false }), account)
    openings.push(['a card to keep, of a flow that is no order by phone', open, happy(fixture, 'tokenise')])
  }
  return [
    ...openings.flatMap(([why, open, scenario]) =>
      callsOf([connector, fixture], { why, open, answer: (call) => fixture.answer(call, scenario) }),
    ),
    ...forgettingCalls(connector, fixture),
  ]
}

/** A kept card that is to be forgotten, and the question whether it is, where one is asked. */
function forgettingCalls(connector: Connector, fixture: ConformanceFixture): WrittenCall[] {
  const { forget } = connector
  const { keptCard, account } = fixture
  if (!forget || !keptCard) return []
  const { token: cardToken, customerRef, answer } = keptCard
  const { ourReference, idempotencyKey } = authoriseRequest()
  const named = customerRef === undefined ? [{}] : [{ customerRef }, {}]
  return named.flatMap((whose) =>
    callsOf([connector, fixture], {
      why: 'a kept card that is to be forgotten',
      open: () => forget({ cardToken, ...whose, ourReference, idempotencyKey }, account),
      answer: (call) => answer(call, 'knows-none'),
    }),
  )
}

const keptCards: Readonly<Record<string, Parameters<typeof storedCardRequest>[0]>> = {
  'a kept card by phone': { initiator: 'customer' },
  'a kept card, of a flow that is no order by phone': { initiator: 'customer', moto: false },
  'a renewal that names the first payment': { initiator: 'merchant', networkRef: '123456789619999' },
}

type Opening = {
  readonly why: string
  readonly open: () => Move
  readonly answer: (call: GatewayCall) => GatewayReply
}

function callsOf(
  [connector, fixture]: readonly [Connector, ConformanceFixture],
  { why, open, answer }: Opening,
): WrittenCall[] {
  const { calls } = play([connector, fixture.account], open(), answer)
  return calls.map((call) => ({ why, call, body: bodyOf(call) }))
}
