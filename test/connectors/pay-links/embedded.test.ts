import { describe, expect, it } from 'vitest'
import type { Move } from '../../../src/connectors/connector.ts'
import { Embed } from '../../../src/connectors/embed.ts'
import { connectors } from '../../../src/connectors/registry.ts'
import { stripe } from '../../../src/connectors/stripe/stripe.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { stripeFixture } from '../../conformance/stripe-fixture.ts'
import { inquiry, linkRequest, ourReference } from './examples.ts'

const account = { ...stripeFixture.account, settings: { publishableKey: 'pk_test_for_tests_only' } }
const links = stripe.payLinks!
const ofIntent = { ...inquiry, linkRef: 'pi_1' }
const intent = (changes: object) => ({
  ...{ object: 'payment_intent', id: 'pi_1', status: 'requires_payment_method', amount: 1_050 },
  ...{ amount_received: 0, currency: 'gbp', metadata: { our_reference: ourReference } },
  client_secret: 'pi_1_secret_abc',
  ...changes,
})

function talk(opening: Move, answers: (call: GatewayCall) => readonly [number, object]) {
  let move = opening
  const paths: string[] = []
  while (move.do === 'call') {
    paths.push(`${move.call.method} ${move.call.path}`)
    const [status, body] = answers(move.call)
    const reply: GatewayReply = { kind: 'answered', status, headers: {}, body: JSON.stringify(body) }
    move = stripe.next(move.state, reply, account)
  }
  return { outcome: move.outcome, paths }
}

it('an embedded form is the sandbox’s and Stripe’s', () => {
  const embedding = connectors.filter(({ payLinks }) => payLinks?.createEmbedded)
  expect(embedding.map(({ id }) => id)).toEqual(['sandbox', 'stripe'])
})

describe('Stripe’s Payment Element', () => {
  it('is an unconfirmed intent with its client secret, and the hosts that Stripe names', () => {
    const { outcome, paths } = talk(links.createEmbedded!(linkRequest, account), () => [200, intent({})])
    expect(paths).toEqual(['POST /v1/payment_intents'])
    expect(outcome).toMatchObject({
      ...{ kind: 'link', state: 'open', linkRef: 'pi_1' },
      embed: { kind: 'stripe', publishableKey: 'pk_test_for_tests_only', clientSecret: 'pi_1_secret_abc' },
    })
    const { embed } = outcome as { embed: Embed }
    expect(Embed.parse(embed)).toEqual(embed)
    for (const host of Object.values(embed.hosts).flat()) expect(host).toMatch(/stripe\.com$/)
  })

  it('cannot be made without the publishable key that the page shows', () => {
    expect(() => links.createEmbedded!(linkRequest, stripeFixture.account)).toThrow('setting')
  })

  it('stays open after a declined card, is paid by the intent’s own word, and over when it is cancelled', () => {
    const look = (changes: object) =>
      talk(links.inquire(ofIntent, account), () => [200, intent(changes)]).outcome
    const last_payment_error = { type: 'card_error', code: 'card_declined' }
    expect(look({ last_payment_error })).toMatchObject({ kind: 'link', state: 'open' })
    expect(look({ status: 'succeeded', amount_received: 1_050 })).toMatchObject({
      ...{ kind: 'approved', captured: true, gatewayRef: 'pi_1' },
    })
    expect(look({ status: 'canceled' })).toMatchObject({ kind: 'link', state: 'expired' })
    expect(look({ metadata: { our_reference: 'another' } })).toMatchObject({ alarm: 'another-reference' })
  })

  it('is closed by giving the intent up; one that was paid a moment before is a payment', () => {
    const expire = { ...ofIntent, idempotencyKey: 'k' }
    const closed = talk(links.expire!(expire, account), () => [200, intent({ status: 'canceled' })])
    expect(closed.outcome).toMatchObject({ kind: 'link', state: 'expired' })
    const paid = talk(links.expire!(expire, account), ({ method }) =>
      method === 'POST'
        ? [400, { error: { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' } }]
        : [200, intent({ status: 'succeeded', amount_received: 1_050 })],
    )
    expect(paid.outcome).toMatchObject({ kind: 'approved' })
  })
})
