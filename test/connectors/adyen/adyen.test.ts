import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { adyen } from '../../../src/connectors/adyen/adyen.ts'
import type { Move } from '../../../src/connectors/connector.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { authoriseRequest, storedCardRequest, tokeniseRequest } from '../../conformance/play.ts'
import { hasSpec, readSpec } from '../support/specs.ts'
import { answered, fieldOf, talk } from '../support/talk.ts'

const { account } = adyenFixture
const request = authoriseRequest()
const pair = [adyen, account] as const
const callOf = (move: Move) => (move.do === 'call' ? move.call : undefined)
const authorised = { resultCode: 'Authorised', pspReference: 'PSP1', merchantReference: request.ourReference }

describe('a request to Adyen', () => {
  it('says in itself when the money is to be taken, whatever the merchant’s account is set to', () => {
    const now = callOf(adyen.authorise(request, account))
    expect(fieldOf(now, 'captureDelayHours')).toBe(0)
    const later = callOf(adyen.authorise({ ...request, capture: false }, account))
    expect(fieldOf(later, 'captureDelayHours')).toBeUndefined()
    expect(fieldOf(later, 'additionalData.manualCapture')).toBe('true')
  })

  it.each([
    ['by phone', 'customer', 'Moto', 'CardOnFile'],
    ['as a renewal', 'merchant', 'ContAuth', 'UnscheduledCardOnFile'],
  ] as const)('with a kept card %s is %s-initiated and %s', (_how, initiator, interaction, model) => {
    const call = callOf(adyen.authoriseStored!(storedCardRequest({ initiator }), account))
    expect(fieldOf(call, 'shopperInteraction')).toBe(interaction)
    expect(fieldOf(call, 'recurringProcessingModel')).toBe(model)
  })

  it('has a key of at most 64 characters, the same for the same intent', () => {
    const keyOf = (idempotencyKey: string) =>
      callOf(adyen.authorise({ ...request, idempotencyKey }, account))?.headers.find(
        ({ name }) => name === 'idempotency-key',
      )?.value
    expect(keyOf('k'.repeat(64))).toBe('k'.repeat(64))
    expect(keyOf('k'.repeat(65))).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf('k'.repeat(65))).toBe(keyOf('k'.repeat(65)))
  })

  it('goes to the merchant’s own live host in its folder', () => {
    const origin = 'https://1797a841fbb37ca7-AdyenDemo-checkout-live.adyenpayments.com'
    expect(callOf(adyen.authorise(request, { ...account, origin }))?.path).toBe('/checkout/v72/payments')
    expect(callOf(adyen.authorise(request, account))?.path).toBe('/v72/payments')
  })

  it('is not written without the merchant’s account', () => {
    expect(() => adyen.authorise(request, { ...account, settings: {} })).toThrow()
  })

  it('leaves out a description that Adyen would refuse for its length', () => {
    const description = 'x'.repeat(81)
    expect(
      fieldOf(callOf(adyen.authorise({ ...request, description }, account)), 'metadata.description'),
    ).toBeUndefined()
  })
})

describe('an answer of Adyen', () => {
  const read = (body: object) => talk(pair, adyen.authorise(request, account), [answered(200, body)]).outcome

  it('without an amount approves all that was asked for, but a part has to be said', () => {
    expect(read(authorised)).toMatchObject({ kind: 'approved', echoed: request.money })
    expect(read({ ...authorised, resultCode: 'PartiallyAuthorised' }).kind).toBe('unknown')
    const amount = { value: 500, currency: 'GBP' }
    const part = read({ ...authorised, resultCode: 'PartiallyAuthorised', amount })
    expect(part).toMatchObject({ kind: 'approved', echoed: { amountMinor: 500, currency: 'GBP' } })
  })

  it('without a reference is no approval', () => {
    expect(read({ ...authorised, pspReference: undefined }).kind).toBe('unknown')
  })

  it('to a card check without a token says that the token comes later', () => {
    const { ourReference } = tokeniseRequest()
    const body = { ...authorised, merchantReference: ourReference, amount: { value: 0, currency: 'GBP' } }
    const { outcome } = talk(pair, adyen.tokenise!(tokeniseRequest(), account), [answered(200, body)])
    expect(outcome).toMatchObject({ kind: 'unknown' })
  })
})

describe('an attempt whose answer was lost', () => {
  const unknown = { ourReference: request.ourReference, money: request.money, idempotencyKey: 'k' }

  it('is taken back by our reference, or by theirs where it is known', () => {
    const byOurs = callOf(adyen.reverse!(unknown, account))
    expect(byOurs?.path).toBe('/v72/cancels')
    expect(fieldOf(byOurs, 'paymentReference')).toBe(request.ourReference)
    const byTheirs = callOf(adyen.reverse!({ ...unknown, gatewayRef: 'PSP1' }, account))
    expect(byTheirs?.path).toBe('/v72/payments/PSP1/reversals')
  })
})

const webhooksName = 'adyen-Webhooks-v1.json'
const isThere = hasSpec(webhooksName)
type Batch = { notificationItems: { NotificationRequestItem: { eventCode: string } }[] }
type Described = {
  components: { schemas: object; examples: Record<string, { value: object }> }
  webhooks: Record<
    string,
    { post: { requestBody: { content: { 'application/json': { schema: { $ref: string } } } } } }
  >
}

describe.runIf(isThere)('Adyen’s description of its webhooks', () => {
  const described = (
    isThere ? readSpec(webhooksName) : { components: { schemas: {} }, paths: {} }
  ) as Described
  const ajv = new Ajv({ strict: false, logger: false })
  formats.default(ajv)
  ajv.addSchema(described, 'webhooks')
  const hooks = adyenFixture.webhooks!
  const told = (what: (typeof hooks.kinds)[number]) => ({
    id: 'MOD1',
    what,
    gatewayRef: 'PSP1',
    ourReference: 'att_1',
    money: request.money,
  })

  it('fits what the conformance suite sends', () => {
    for (const what of hooks.kinds.filter((kind) => kind !== 'other')) {
      const [delivered] = hooks.deliver([told(what)], hooks.secret)
      const body = JSON.parse(Buffer.from(delivered!.body).toString()) as Batch
      const { eventCode } = body.notificationItems[0]!.NotificationRequestItem
      const { $ref } =
        described.webhooks[`/${eventCode}`]!.post.requestBody.content['application/json'].schema
      const validate = ajv.compile({ $ref: `webhooks${$ref}` })
      validate(body)
      expect(validate.errors ?? [], what).toEqual([])
    }
  })

  it('has samples, none of which is believed without a signature of ours', () => {
    const samples = Object.entries(described.components.examples ?? {}).filter(
      ([, { value }]) => 'notificationItems' in value,
    )
    expect(samples.length).toBeGreaterThan(20)
    for (const [name, { value }] of samples) {
      const body = Buffer.from(JSON.stringify(value))
      const reading = adyen.webhooks!.read({ body, headers: {}, secrets: [hooks.secret], nowMs: 0 })
      expect(reading.ok, name).toBe(false)
    }
  })
})
