import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Move } from '../../../src/connectors/connector.ts'
import { stripe } from '../../../src/connectors/stripe/stripe.ts'
import { authoriseRequest, followUpRequest, storedCardRequest } from '../../conformance/play.ts'
import { stripeFixture } from '../../conformance/stripe-fixture.ts'
import { answered, fieldOf, talk } from '../support/talk.ts'

const { account, answer } = stripeFixture
const request = authoriseRequest()
const { money, ourReference } = request
const gatewayRef = 'pi_3Pgaf7k3q'
const approve = { do: 'approve', money, ourReference, captured: true } as const
const pair = [stripe, account] as const

const intent = (changes: object) => ({
  object: 'payment_intent',
  id: gatewayRef,
  status: 'requires_confirmation',
  amount: 1050,
  currency: 'gbp',
  metadata: { our_reference: ourReference },
  ...changes,
})

describe('a payment by Stripe', () => {
  const { calls, outcome } = talk(pair, stripe.authorise(request, account), (call) => answer(call, approve))

  it('gives the card away first, then names the payment, and only then takes the money', () => {
    expect(calls.map(({ path }) => path)).toEqual([
      '/v1/payment_methods',
      '/v1/payment_intents',
      `/v1/payment_intents/${gatewayRef}/confirm`,
    ])
    expect(outcome).toMatchObject({ kind: 'approved', gatewayRef })
  })

  it('is stored by its id before it is confirmed', () => {
    let move: Move = stripe.authorise(request, account)
    const stops: (string | undefined)[] = []
    while (move.do === 'call') {
      stops.push(move.checkpoint?.gatewayRef)
      move = stripe.next(move.state, answer(move.call, approve), account)
    }
    expect(stops).toEqual([undefined, undefined, gatewayRef])
  })

  it('says that the card was given by phone', () => {
    expect(fieldOf(calls[2], 'payment_method_options.card.moto')).toBe(true)
    expect(fieldOf(calls[2], 'off_session')).toBeUndefined()
  })

  it('is never confirmed when Stripe has understood another amount', () => {
    const reply = intent({ amount: 105_000 })
    const prepared = [answered(200, { object: 'payment_method', id: 'pm_1' }), answered(200, reply)]
    const { calls: sent, outcome: end } = talk(pair, stripe.authorise(request, account), prepared)
    expect(sent).toHaveLength(2)
    expect(end).toMatchObject({ kind: 'not-sent' })
  })

  it('that waits for the cardholder is given up, and a pay link offered', () => {
    const scenario = { do: 'ask-cardholder', money, ourReference } as const
    const { calls: sent, outcome: end } = talk(pair, stripe.authorise(request, account), (call) =>
      answer(call, scenario),
    )
    expect(sent.at(-1)?.path).toBe(`/v1/payment_intents/${gatewayRef}/cancel`)
    expect(end).toMatchObject({ reason: 'authentication-required', retry: 'pay-link' })
  })

  it('of a card that is wrong already at the first step was certainly not charged', () => {
    const error = { error: { type: 'card_error', code: 'incorrect_number' } }
    const { outcome: end } = talk(pair, stripe.authorise(request, account), [answered(402, error)])
    expect(end).toMatchObject({ kind: 'declined', reason: 'incorrect-card', retry: 'same-card' })
  })
})

describe('a kept card', () => {
  it('is kept under a customer, who is made when there is none', () => {
    const first = stripe.authorise({ ...request, keepFor: 'merchant' }, account)
    const { calls, outcome } = talk(pair, first, (call) => answer(call, approve))
    expect(calls[1]?.path).toBe('/v1/customers')
    expect(fieldOf(calls[2], 'setup_future_usage')).toBe('off_session')
    expect(outcome).toMatchObject({ cardToken: 'pm_kept1', customerRef: 'cus_kept1' })
  })

  it.each([
    ['by phone is MOTO', 'customer', true, undefined],
    ['in a renewal is not MOTO', 'merchant', undefined, true],
  ] as const)('that is used %s', (_name, initiator, moto, offSession) => {
    const first = stripe.authoriseStored!(storedCardRequest({ initiator }), account)
    const confirmation = talk(pair, first, (call) => answer(call, approve)).calls.at(-1)
    expect(fieldOf(confirmation, 'payment_method_options.card.moto')).toBe(moto)
    expect(fieldOf(confirmation, 'off_session')).toBe(offSession)
  })
})

describe('an inquiry at Stripe', () => {
  const ask = (...replies: object[]) =>
    talk(
      pair,
      stripe.inquire({ ourReference, money, gatewayRef }, account),
      replies.map((reply) => answered(200, reply)),
    )

  it('ends a payment that was never confirmed, so that a late confirmation cannot take it', () => {
    const { calls, outcome } = ask(intent({}), intent({ status: 'canceled' }))
    expect(calls[1]).toMatchObject({ method: 'POST', path: `/v1/payment_intents/${gatewayRef}/cancel` })
    expect(outcome).toMatchObject({ kind: 'declined', gatewayCode: 'canceled' })
  })

  it('stays unknown when it cannot be ended', () => {
    expect(ask(intent({}), intent({ status: 'processing' })).outcome.kind).toBe('unknown')
    expect(ask(intent({}), { error: {} }).outcome.kind).toBe('unknown')
  })

  it('quotes our reference in a search', () => {
    const move = stripe.inquire({ ourReference: "att_1' OR '", money }, account)
    const path = move.do === 'call' ? move.call.path : ''
    const query = new URL(path, account.origin).searchParams.get('query')
    expect(query).toBe("metadata['our_reference']:'att_1\\' OR \\''")
  })
})

describe('a refund by Stripe', () => {
  const refund = (status: string) => {
    const body = {
      object: 'refund',
      id: 're_1',
      status,
      amount: 1050,
      currency: 'gbp',
      payment_intent: gatewayRef,
    }
    return talk(pair, stripe.refund(followUpRequest(gatewayRef), account), [answered(200, body)]).outcome
  }

  it.each([
    ['succeeded', { kind: 'done', gatewayRef: 're_1' }],
    ['pending', { kind: 'done', gatewayRef: 're_1', later: true }],
    ['failed', { kind: 'declined', gatewayCode: 'failed' }],
    ['requires_action', { kind: 'unknown' }],
  ])('that is %s', (status, outcome) => expect(refund(status)).toMatchObject(outcome))
})

describe('an inquiry after a follow-up at Stripe', () => {
  const followUp = followUpRequest(gatewayRef)
  const ask = (kind: 'capture' | 'void' | 'refund', body: object) =>
    talk(pair, stripe.inquireFollowUp!({ ...followUp, kind }, account), [answered(200, body)]).outcome
  const metadata = { our_reference: followUp.ourReference }
  const refund = {
    object: 'refund',
    id: 're_1',
    amount: 1050,
    currency: 'gbp',
    payment_intent: gatewayRef,
    metadata,
  }
  const list = (data: object[], has_more = false) => ({ object: 'list', has_more, data })

  it('finds the refund that has our reference, and no other', () => {
    expect(ask('refund', list([{ ...refund, status: 'succeeded' }]))).toEqual({
      kind: 'done',
      gatewayRef: 're_1',
    })
    expect(ask('refund', list([{ ...refund, status: 'pending' }]))).toMatchObject({ later: true })
    const another = { ...refund, status: 'succeeded', metadata: { our_reference: 'att_2' } }
    expect(ask('refund', list([another]))).toEqual({ kind: 'absent' })
    expect(ask('refund', list([another], true)).kind).toBe('unknown')
  })

  it('reads a capture or a cancellation off the payment', () => {
    const taken = intent({ status: 'succeeded', amount_received: 1050 })
    expect(ask('capture', taken)).toEqual({ kind: 'done', gatewayRef })
    expect(ask('void', intent({ status: 'canceled' }))).toEqual({ kind: 'done', gatewayRef })
    expect(ask('capture', intent({ status: 'requires_capture' }))).toEqual({ kind: 'absent' })
    expect(ask('void', taken).kind).toBe('unknown')
    expect(ask('capture', { ...taken, amount_received: 1051 })).toMatchObject({
      kind: 'unknown',
      alarm: 'another-amount',
    })
  })
})

describe('amounts at Stripe', () => {
  it.each([
    [500, 'JPY', 500],
    [500, 'ISK', 50_000],
    [500, 'UGX', 50_000],
    [1050, 'GBP', 1050],
    [10_500, 'KWD', 10_500],
    [50_000, 'MGA', 500],
  ])('%d minor units of %s are written as %d', (amountMinor, currency, written) => {
    const first = stripe.authorise({ ...request, money: { amountMinor, currency } }, account)
    const scenario = { ...approve, money: { amountMinor, currency } }
    const { calls } = talk(pair, first, (call) => answer(call, scenario))
    expect(fieldOf(calls[1], 'amount')).toBe(written)
  })

  it.each([
    [10_505, 'KWD'],
    [150, 'MGA'],
  ])('%d minor units of %s cannot be said, and nothing is sent', (amountMinor, currency) => {
    const first = stripe.authorise({ ...request, money: { amountMinor, currency } }, account)
    expect(first).toEqual({ do: 'end', outcome: { kind: 'not-sent', because: 'amount-not-representable' } })
  })
})

describe('a webhook of Stripe', () => {
  const secret = 'whsec_for_tests_only_77'
  const nowMs = Date.UTC(2026, 0, 15, 12)
  const body = Buffer.from('{"object":"event"}')
  const read = (t: number) => {
    const v1 = createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')
    const headers = { 'stripe-signature': `t=${t},v1=${v1}` }
    return stripe.webhooks!.read({ body, headers, secrets: [secret], nowMs })
  }

  it('that was signed five minutes ago may be a recording', () => {
    expect(read(nowMs / 1_000 - 299)).toEqual({ ok: false, because: 'unreadable' })
    expect(read(nowMs / 1_000 - 301)).toEqual({ ok: false, because: 'too-old' })
  })
})
