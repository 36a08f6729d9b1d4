import { describe, expect, it } from 'vitest'
import { toDecimal } from '../../src/base/money.ts'
import type { Connector, ConversationState, Move } from '../../src/connectors/connector.ts'
import type { Outcome } from '../../src/connectors/outcome.ts'
import { sandbox } from '../../src/connectors/sandbox/sandbox.ts'
import { stripe } from '../../src/connectors/stripe/stripe.ts'
import type { WebhookReader } from '../../src/connectors/webhook.ts'
import { brokenPromises, reading, withCall, withFields, writing } from './mistaken.ts'
import { sandboxFixture } from './sandbox-fixture.ts'
import { stripeFixture } from './stripe-fixture.ts'

const declined: Outcome = { kind: 'declined', reason: 'other', gatewayCode: 'failed', retry: 'other-card' }
let calls = 0

/** Each mistake has been made in a real payment system; each has to be caught by the promise that it breaks. */
const mistakes: readonly (readonly [mistake: string, connector: Connector, promise: string])[] = [
  [
    'puts the card number into the description',
    writing((move) =>
      withFields(move, (field) =>
        field.path[0] === 'description' ? { ...field, value: { slot: 'pan' } } : field,
      ),
    ),
    'leaves slots where',
  ],
  [
    'sends the security code with a field of another name',
    writing((move) =>
      withFields(move, (field) => (field.path[1] === 'csc' ? { ...field, path: ['card', 'cvv2'] } : field)),
    ),
    'leaves slots where',
  ],
  [
    'hides that a call carries the card',
    writing((move) => ({ ...move, carriesCard: false })),
    'leaves slots where',
  ],
  [
    'calls an unreadable reply a decline',
    reading((outcome, _state, reply) =>
      outcome.kind === 'unknown' && reply.kind === 'answered' ? declined : outcome,
    ),
    'calls an answer that cannot be read unknown',
  ],
  [
    'calls a timeout a decline',
    reading((outcome, _state, reply) => (reply.kind === 'no-answer' ? declined : outcome)),
    'calls a lost answer unknown',
  ],
  [
    'thinks that a lost answer means that nothing was sent',
    reading((outcome, _state, reply) =>
      reply.kind === 'no-answer' ? { kind: 'not-sent', because: reply.because } : outcome,
    ),
    'calls a lost answer unknown',
  ],
  [
    'takes an inquiry that was not sent for proof that nothing was charged',
    reading((outcome, _state, reply) =>
      reply.kind === 'not-sent' ? { kind: 'not-sent', because: 'tls' } : outcome,
    ),
    'knows that what was not sent',
  ],
  [
    'takes an inquiry that failed for an absent payment',
    reading((outcome, state) =>
      state.at === 'inquire' && outcome.kind === 'unknown' ? { kind: 'absent' } : outcome,
    ),
    'calls an answer that cannot be read unknown',
  ],
  [
    'makes a new idempotency key for every try',
    writing((move) =>
      withCall(move, {
        headers: [...move.call.headers.slice(0, -1), { name: 'idempotency-key', value: `try-${calls++}` }],
      }),
    ),
    'sends the same intent under the same key',
  ],
  [
    'promises a replay by keys that the gateway does not have',
    { ...sandbox, facts: { ...sandbox.facts, scope: 'none' } },
    'says within what its keys',
  ],
  [
    'divides by a hundred, whatever the currency',
    writing((move) =>
      withFields(move, (field) =>
        field.path[0] === 'amount' ? { ...field, value: Number(field.value) / 100 } : field,
      ),
    ),
    'sends and reads amounts',
  ],
  [
    'refunds a hundredth, whatever the currency',
    {
      ...sandbox,
      refund: (request, account) =>
        sandbox.refund(
          {
            ...request,
            money: { ...request.money, amountMinor: Math.round(request.money.amountMinor / 100) },
          },
          account,
        ),
    },
    'captures and refunds the amount',
  ],
  [
    'writes amounts as decimals',
    writing((move, request) =>
      withFields(move, (field) =>
        field.path[0] === 'amount'
          ? { ...field, value: toDecimal((request as { money: never }).money) }
          : field,
      ),
    ),
    'sends and reads amounts',
  ],
  [
    'echoes what it asked for instead of what was charged',
    reading((outcome) =>
      outcome.kind === 'approved' ? { ...outcome, echoed: { amountMinor: 1050, currency: 'GBP' } } : outcome,
    ),
    'passes on the amount',
  ],
  [
    'does not look whose answer it reads',
    reading((outcome, state, reply, account) => {
      if (reply.kind !== 'answered' || outcome.kind !== 'unknown') return outcome
      const theirs = /"ourReference":"([^"]+)"/.exec(reply.body)?.[1]
      if (theirs === undefined) return outcome
      const again = sandbox.next({ ...state, data: { ...state.data, ourReference: theirs } }, reply, account)
      return again.do === 'end' ? again.outcome : outcome
    }),
    'does not take the answer to another reference',
  ],
  [
    'writes the key into the path',
    writing((move) => withCall(move, { path: `${move.call.path}?key=${sandboxFixture.account.apiKey}` })),
    'writes no card number, and its key',
  ],
  [
    'keeps the key in its state',
    writing((move) => ({ ...move, state: { ...move.state, data: { key: sandboxFixture.account.apiKey } } })),
    'keeps in its state neither',
  ],
  [
    'counts its calls',
    writing((move) => ({ ...move, state: { ...move.state, data: { ...move.state.data, calls: calls++ } } })),
    'is pure',
  ],
  [
    'changes the request that it was given',
    writing((move, request) => {
      Object.assign(request, { description: 'mine' })
      return move
    }),
    'is pure',
  ],
  [
    'throws at a reply that is not JSON',
    reading((outcome, _state, reply) => {
      if (reply.kind === 'answered') JSON.parse(reply.body)
      return outcome
    }),
    'takes any answer without throwing',
  ],
  [
    'forgets to translate declines',
    reading((outcome) => (outcome.kind === 'declined' ? { ...outcome, reason: 'other' } : outcome)),
    'says why a card was declined',
  ],
]

/** Stripe with one mistake in the moves of a conversation. */
const moving = (change: (move: Move, state: ConversationState) => Move): Connector => ({
  ...stripe,
  next: (...input) => change(stripe.next(...input), input[0]),
})

const hearing = (read: WebhookReader['read']): Connector => ({ ...stripe, webhooks: { read } })
const genuine = stripe.webhooks!

/** What only a gateway of several steps, with webhooks and kept cards can get wrong. */
const mistakesOfSteps: readonly (readonly [mistake: string, connector: Connector, promise: string])[] = [
  [
    'takes the money before the payment can be found again',
    moving((move) => {
      if (move.do === 'end') return move
      const { checkpoint: _, ...without } = move
      return without
    }),
    'names what has to be stored',
  ],
  [
    'sends the card with the confirmation as well',
    moving((move) => (move.do === 'call' ? { ...move, carriesCard: true } : move)),
    'leaves slots where',
  ],
  [
    'calls a renewal an order by phone',
    {
      ...stripe,
      authoriseStored: (request, account) =>
        stripe.authoriseStored!({ ...request, initiator: 'customer' }, account),
    },
    'declares an order by phone',
  ],
  [
    'calls every card an order by phone',
    { ...stripe, authorise: (request, account) => stripe.authorise({ ...request, moto: true }, account) },
    'declares an order by phone',
  ],
  [
    'calls every card that it keeps an order by phone',
    { ...stripe, tokenise: (request, account) => stripe.tokenise!({ ...request, moto: true }, account) },
    'declares an order by phone',
  ],
  [
    'never calls a card an order by phone',
    { ...stripe, authorise: (request, account) => stripe.authorise({ ...request, moto: false }, account) },
    'declares an order by phone',
  ],
  [
    'tries again when the bank wants the cardholder',
    moving((move) =>
      move.do === 'end' && move.outcome.kind === 'declined'
        ? { do: 'end', outcome: { ...move.outcome, retry: 'same-card' } }
        : move,
    ),
    'offers a pay link',
  ],
  [
    'calls a refund that was only received done',
    moving((move) => {
      if (move.do === 'call' || move.outcome.kind !== 'done') return move
      return { do: 'end', outcome: { kind: 'done', gatewayRef: move.outcome.gatewayRef } }
    }),
    'says that a refund is still under way',
  ],
  [
    'believes any webhook',
    hearing(({ body }) => {
      const { id } = JSON.parse(Buffer.from(body).toString()) as { id: string }
      return { ok: true, events: [{ id, what: 'captured', gatewayRef: 'pi_1' }] }
    }),
    'believes no webhook without',
  ],
  [
    'knows only the newest secret',
    hearing((delivery) => genuine.read({ ...delivery, secrets: delivery.secrets.slice(0, 1) })),
    'believes the old secret',
  ],
  [
    'numbers events as they come',
    hearing((delivery) => {
      const reading = genuine.read(delivery)
      if (!reading.ok) return reading
      return { ...reading, events: reading.events.map((event) => ({ ...event, id: `${calls++}` })) }
    }),
    'gives the same event the same id',
  ],
  [
    'stumbles over a signed webhook that is no event',
    hearing((delivery) => {
      JSON.parse(Buffer.from(delivery.body).toString())
      return genuine.read(delivery)
    }),
    'says of signed bytes that are no event',
  ],
]

describe('the conformance suite catches a connector that', () => {
  it.each(mistakesOfSteps)('%s', (_mistake, connector, promise) => {
    expect(brokenPromises(connector, stripeFixture)).toContainEqual(expect.stringContaining(promise))
  })

  it.each(mistakes)('%s', (_mistake, connector, promise) => {
    expect(brokenPromises(connector)).toContainEqual(expect.stringContaining(promise))
  })

  it('is right, and then says nothing', () => {
    expect(brokenPromises(sandbox)).toEqual([])
  })
})
