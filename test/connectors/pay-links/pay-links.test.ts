import { describe, expect, it } from 'vitest'
import { adyen } from '../../../src/connectors/adyen/adyen.ts'
import { checkoutCom } from '../../../src/connectors/checkout-com/checkout-com.ts'
import type { Connector, GatewayAccount, Move } from '../../../src/connectors/connector.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import { connectors } from '../../../src/connectors/registry.ts'
import { stripe } from '../../../src/connectors/stripe/stripe.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { checkoutComFixture } from '../../conformance/checkout-com-fixture.ts'
import { stripeFixture } from '../../conformance/stripe-fixture.ts'
import { inquiry, linkRequest, ourReference } from './examples.ts'

type Answers = (call: GatewayCall) => readonly [status: number, body: object]

/** Plays a conversation to its end. */
function talk(connector: Connector, account: GatewayAccount, opening: Move, answers: Answers): Outcome {
  let move = opening
  while (move.do === 'call') {
    const [status, body] = answers(move.call)
    const reply: GatewayReply = { kind: 'answered', status, headers: {}, body: JSON.stringify(body) }
    move = connector.next(move.state, reply, account)
  }
  return move.outcome
}

const session = (changes: object) => ({
  object: 'checkout.session',
  id: 'cs_test_a1',
  status: 'open',
  url: 'https://checkout.stripe.com/c/pay/cs_test_a1',
  client_reference_id: ourReference,
  payment_intent: null,
  ...changes,
})
const intent = {
  object: 'payment_intent',
  id: 'pi_1',
  status: 'succeeded',
  amount: 1_050,
  amount_received: 1_050,
  currency: 'gbp',
  metadata: { our_reference: ourReference },
}

describe('a Checkout Session', () => {
  const links = stripe.payLinks!
  const { account } = stripeFixture
  const play = (opening: Move, answers: Answers) => talk(stripe, account, opening, answers)

  it('is open with its address, and expired by its own word', () => {
    const made = play(links.create(linkRequest, account), () => [200, session({})])
    expect(made).toMatchObject({ kind: 'link', state: 'open', linkRef: 'cs_test_a1' })
    const over = play(links.inquire(inquiry, account), () => [200, session({ status: 'expired', url: null })])
    expect(over).toMatchObject({ kind: 'link', state: 'expired' })
  })

  it('that is complete is asked for its payment, which says what was taken', () => {
    const paid = play(links.inquire(inquiry, account), ({ path }) =>
      path.startsWith('/v1/payment_intents/pi_1')
        ? [200, intent]
        : [200, session({ status: 'complete', payment_intent: 'pi_1' })],
    )
    expect(paid).toMatchObject({ kind: 'approved', gatewayRef: 'pi_1', echoed: { amountMinor: 1_050 } })
  })

  it('that cannot be closed is looked at: it may have been paid', () => {
    const closed = play(links.expire!({ ...inquiry, idempotencyKey: 'k' }, account), ({ method, path }) => {
      if (method === 'POST') return [400, { error: { type: 'invalid_request_error', code: 'x' } }]
      if (path.startsWith('/v1/payment_intents')) return [200, intent]
      return [200, session({ status: 'complete', payment_intent: 'pi_1' })]
    })
    expect(closed.kind).toBe('approved')
  })

  it('is never taken for paid on another’s word', () => {
    const other = play(links.inquire(inquiry, account), () => [
      200,
      session({ client_reference_id: 'att_x' }),
    ])
    expect(other).toMatchObject({ kind: 'unknown', alarm: 'another-reference' })
    const odd = play(links.inquire(inquiry, account), () => [200, { status: 'complete' }])
    expect(odd.kind).toBe('unknown')
  })

  it('is open for as long as Stripe allows, whatever was asked for', () => {
    const move = links.create({ ...linkRequest, expiresAtMs: linkRequest.nowMs + 60_000 }, account)
    const fields = move.do === 'call' ? move.call.body?.fields : []
    const expires = fields?.find(({ path }) => path.join('.') === 'expires_at')?.value
    expect(expires).toBe(Math.floor(linkRequest.nowMs / 1_000) + 1_800)
  })
})

describe('a Pay by Link', () => {
  const links = adyen.payLinks!
  const { account } = adyenFixture
  const link = (status: string) => ({
    ...{ id: 'PL61C53A8B97E6915A', status, url: 'https://test.adyen.link/PL61', reference: ourReference },
    ...{ amount: { value: 1_050, currency: 'GBP' }, merchantAccount: 'TonewallECOM' },
  })

  it.each([
    ['active', 'link'],
    ['expired', 'link'],
    ['completed', 'unknown'],
    ['paymentPending', 'unknown'],
    ['paid', 'unknown'],
  ])('that is %s reads as %s: what paid it is told by webhook', (status, kind) => {
    expect(talk(adyen, account, links.inquire(inquiry, account), () => [200, link(status)]).kind).toBe(kind)
  })

  it('is made once, and closed by a change of its state', () => {
    const made = talk(adyen, account, links.create(linkRequest, account), (call) => {
      expect(call.body?.fields).toContainEqual({ path: ['reusable'], value: false })
      return [201, link('active')]
    })
    expect(made).toMatchObject({ kind: 'link', state: 'open', url: 'https://test.adyen.link/PL61' })
    const closing = links.expire!({ ...inquiry, idempotencyKey: 'k' }, account)
    expect(closing).toMatchObject({ call: { method: 'PATCH' } })
    expect(talk(adyen, account, closing, () => [200, link('expired')])).toMatchObject({ state: 'expired' })
  })
})

describe('a Payment Link of Checkout.com', () => {
  const links = checkoutCom.payLinks!
  const { account } = checkoutComFixture
  const play = (opening: Move, answers: Answers) => talk(checkoutCom, account, opening, answers)

  it('is made, and cannot be closed before its time', () => {
    const _links = { redirect: { href: 'https://pay.checkout.com/link/pl_1' } }
    const made = play(links.create(linkRequest, account), () => [
      201,
      { id: 'pl_1', reference: ourReference, _links },
    ])
    expect(made).toMatchObject({ kind: 'link', state: 'open', url: 'https://pay.checkout.com/link/pl_1' })
    expect(links.expire).toBeUndefined()
  })

  it('that was paid is asked for its payment', () => {
    const payment = {
      ...{ id: 'pay_mbabizu24mvu3mela5njyhpit4', status: 'Captured', approved: true, amount: 1_050 },
      ...{ currency: 'GBP', reference: ourReference, response_code: '10000' },
    }
    const paid = play(links.inquire(inquiry, account), ({ path }) =>
      path.startsWith('/payments/')
        ? [200, payment]
        : [200, { id: 'pl_1', status: 'Payment Received', reference: ourReference, payment_id: payment.id }],
    )
    expect(paid).toMatchObject({ kind: 'approved', gatewayRef: payment.id })
  })
})

describe('every connector with pay links', () => {
  const accounts: Readonly<Record<string, GatewayAccount>> = {
    adyen: adyenFixture.account,
    'checkout-com': checkoutComFixture.account,
    sandbox: { origin: 'https://localhost:7443', apiKey: 'sk_sandbox_for_tests_only', timeoutMs: 10_000 },
    stripe: stripeFixture.account,
  }
  const withLinks = connectors.filter(({ payLinks }) => payLinks !== undefined)
  const asked = withLinks.flatMap((connector) => {
    const { payLinks, id } = connector
    const account = accounts[id]!
    const closing = payLinks!.expire?.({ ...inquiry, idempotencyKey: 'k' }, account)
    return [
      payLinks!.create(linkRequest, account),
      payLinks!.inquire(inquiry, account),
      ...(closing ? [closing] : []),
    ].map((move) => ({ id, connector, account, move }))
  })

  it('is one of these four', () => {
    expect(withLinks.map(({ id }) => id)).toEqual(['adyen', 'checkout-com', 'sandbox', 'stripe'])
  })

  it.each(asked)('$id: no card goes into $move.call.operation, and no answer makes it paid', (one) => {
    const { move, connector, account } = one
    if (move.do !== 'call') throw new Error('a call')
    expect(move.carriesCard).toBe(false)
    expect(JSON.stringify(move.call)).not.toContain('"slot"')
    for (const reply of bad) {
      const next = connector.next(move.state, reply, account)
      if (next.do === 'end') expect(['unknown', 'not-sent', 'declined', 'link']).toContain(next.outcome.kind)
    }
  })

  const answered = (status: number, body: string): GatewayReply => ({
    kind: 'answered',
    status,
    headers: {},
    body,
  })
  const bad: readonly GatewayReply[] = [
    { kind: 'no-answer', because: 'reset' },
    { kind: 'no-answer', because: 'timeout' },
    { kind: 'not-sent', because: 'refused' },
    answered(500, '{}'),
    answered(200, ''),
    answered(200, '[]'),
    answered(200, '{"status":"paid"}'),
    answered(201, 'not json'),
    answered(302, '{}'),
  ]
})
