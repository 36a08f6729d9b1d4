import { describe, expect, it } from 'vitest'
import { atTheBank } from '../../src/connectors/outcome.ts'
import { connectors } from '../../src/connectors/registry.ts'
import { stripe } from '../../src/connectors/stripe/stripe.ts'
import { BankScheme } from '../../src/contracts/bank-account.ts'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import { canFill } from '../../src/vault/card/fill-slots.ts'
import { allows } from '../../src/vault/policy.ts'
import { fixtures } from '../conformance/fixtures.ts'
import { debitRequest, play } from '../conformance/play.ts'
import { stripeFixture } from '../conformance/stripe-fixture.ts'
import { keyed } from '../vault/support/digits.ts'

const taking = connectors.flatMap((connector) =>
  BankScheme.options
    .filter((scheme) => connector.facts.bankAccounts?.[scheme])
    .map((scheme) => ({ id: connector.id, connector, scheme })),
)
const accounts = {
  uk: keyed({ 'sort-code': '108800', 'account-number': '00012345' }),
  us: keyed({ 'routing-number': '110000000', 'account-number': '000123456789' }),
}

describe('a connector that says that it takes bank accounts', () => {
  it('is the sandbox’s and Stripe’s, and the others have no such conversation', () => {
    expect([...new Set(taking.map(({ id }) => id))]).toEqual(['sandbox', 'stripe'])
    for (const { facts, debit } of connectors)
      expect(debit !== undefined).toBe(facts.bankAccounts !== undefined)
  })

  it.each(taking)('$id, $scheme: sends the account once, to a place of the vault’s policy', (one) => {
    const { connector, scheme } = one
    const { account, answer } = fixtures[connector.id]!
    const request = debitRequest(scheme)
    const { money, ourReference } = request
    const scenario = { do: 'find-pending', money, ourReference } as const
    const { moves, calls } = play([connector, account], connector.debit!(request, account), (call) =>
      answer(call, scenario),
    )
    const carrying = moves.flatMap((move) => (move.do === 'call' && move.carriesCard ? [move.call] : []))
    expect(carrying).toHaveLength(1)
    expect(allows({ connector: connector.id, origin: account.origin }, carrying[0]!)).toBe(true)
    expect(canFill(carrying[0]!, accounts[scheme])).toBe(true)
    for (const call of calls) expect(JSON.stringify(call)).not.toMatch(/"slot":"(pan|csc|expiry)/)
  })
})

const field = (call: GatewayCall, path: string) =>
  call.body?.fields.find((one) => one.path.join('.') === path)?.value

/** What Stripe answers to a debit: prepared, confirmed, and then this. */
function debit(scheme: BankScheme, last: object, status = 200) {
  const calls: GatewayCall[] = []
  const request = debitRequest(scheme)
  const { money, ourReference } = request
  const { account } = stripeFixture
  const { outcome } = play([stripe, account], stripe.debit!(request, account), (call): GatewayReply => {
    calls.push(call)
    if (!call.path.endsWith('/confirm'))
      return stripeFixture.answer(call, { do: 'find-pending', money, ourReference })
    const intent = {
      ...{ object: 'payment_intent', id: 'pi_3Pgaf7k3q', amount: money.amountMinor },
      ...{ currency: money.currency.toLowerCase(), metadata: { our_reference: ourReference } },
      payment_method_types: [scheme === 'uk' ? 'bacs_debit' : 'us_bank_account'],
    }
    const body = JSON.stringify('error' in last ? last : { ...intent, ...last })
    return { kind: 'answered', status, headers: {}, body }
  })
  return { calls, outcome }
}

describe('a debit at Stripe', () => {
  it('is a PaymentMethod, an unconfirmed PaymentIntent of its kind alone, and a confirmation with a mandate', () => {
    const { calls } = debit('us', { status: 'processing' })
    expect(calls.map(({ path }) => path)).toEqual([
      '/v1/payment_methods',
      '/v1/payment_intents',
      '/v1/payment_intents/pi_3Pgaf7k3q/confirm',
    ])
    expect(field(calls[0]!, 'type')).toBe('us_bank_account')
    expect(field(calls[0]!, 'billing_details.name')).toBe('Jo Miller')
    expect(field(calls[1]!, 'payment_method_types.0')).toBe('us_bank_account')
    expect(calls[1]!.body!.fields.some(({ path }) => path[0] === 'confirm')).toBe(false)
    expect(field(calls[2]!, 'mandate_data.customer_acceptance.type')).toBe('offline')
    expect(field(calls[2]!, 'mandate_data.customer_acceptance.accepted_at')).toBe(1_768_478_400)
    expect(field(calls[2]!, 'payment_method_options.card.moto')).toBeUndefined()
  })

  it('is nobody’s money while it is processing, and is said to be at the bank', () => {
    for (const scheme of BankScheme.options)
      expect(debit(scheme, { status: 'processing' }).outcome).toEqual({ kind: 'unknown', because: atTheBank })
  })

  it('waits, and is not given up, when the account’s holder has to tell two small amounts first', () => {
    const waiting = { status: 'requires_action', next_action: { type: 'verify_with_microdeposits' } }
    const { calls, outcome } = debit('us', waiting)
    expect(outcome).toEqual({ kind: 'unknown', because: atTheBank })
    expect(calls.some(({ path }) => path.endsWith('/cancel'))).toBe(false)
  })

  it('is taken when Stripe says succeeded, of the whole amount', () => {
    expect(debit('uk', { status: 'succeeded', amount_received: 1050 }).outcome).toMatchObject({
      kind: 'approved',
      captured: true,
      echoed: { amountMinor: 1050, currency: 'GBP' },
    })
  })

  it.each([
    ['account_closed', 'account-refused'],
    ['debit_not_authorized', 'account-refused'],
    ['insufficient_funds', 'insufficient-funds'],
  ])('is declined when it fails with %s', (code, reason) => {
    const last_payment_error = { type: 'invalid_request_error', code, message: 'No.' }
    const { outcome } = debit('us', { status: 'requires_payment_method', last_payment_error })
    expect(outcome).toMatchObject({ kind: 'declined', reason, gatewayCode: code })
  })

  it('is declined when Stripe refuses the confirmation: for Bacs, an account that may not make mandates by API', () => {
    const error = { type: 'invalid_request_error', code: 'payment_intent_mandate_invalid', message: 'No.' }
    const { outcome } = debit('uk', { error }, 400)
    expect(outcome).toMatchObject({ kind: 'declined', gatewayCode: 'payment_intent_mandate_invalid' })
  })
})
