import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCards } from '../../src/sandbox/test-cards.ts'
import { withCheckDigit } from './check-digit.ts'
import { goodCard, type RunningGateway, runGateway, sale } from './running-gateway.ts'

let running: RunningGateway
beforeAll(async () => {
  running = await runGateway()
})
afterAll(() => running.end())

const authorise = (body: object, key?: string) =>
  running.client.post('/v1/authorisations', body, key === undefined ? {} : { key })

describe('the sandbox gateway', () => {
  it('takes the money of a good card, and says so in the answer and in the ledger', async () => {
    const body = sale()
    const reply = await authorise(body)
    expect(reply.status).toBe(201)
    expect(reply.json).toMatchObject({
      outcome: 'approved',
      status: 'captured',
      captured: true,
      amount: 1050,
      currency: 'GBP',
      ourReference: body.ourReference,
      merchantReference: 'order-7',
      authCode: expect.stringMatching(/^\d{6}$/),
      decline: null,
      card: { brand: 'visa', last4: '4242' },
    })
    const lines = (await running.client.ledger()).filter((line) => line.ourReference === body.ourReference)
    expect(lines).toMatchObject([
      { kind: 'authorisation', outcome: 'approved', captured: true, last4: '4242' },
    ])
  })

  it.each(testCards)('answers $pan ($name) with $outcome', async ({ pan, outcome }) => {
    const csc = /^3[47]/.test(pan) ? '1234' : '123'
    const { json } = await authorise(sale({ card: { ...goodCard, number: pan, csc } }))
    expect(json.decline?.code ?? 'approve').toBe(outcome)
    expect(json.outcome).toBe(outcome === 'approve' ? 'approved' : 'declined')
    expect(json.card.last4).toBe(pan.slice(-4))
    expect(json.card.brand).not.toBe('unknown')
  })

  it.each([
    ['an unlisted number in a test range', { number: '4242420000000000' }, 'approve'],
    ['a number that may be real', { number: withCheckDigit('999999000000000') }, 'live_card_in_sandbox'],
    ['a number that fails Luhn', { number: '4242424242424241' }, 'incorrect_number'],
    ['a date that has passed', { expiryMonth: '1', expiryYear: '2020' }, 'expired_card'],
    ['a security code of the wrong length', { csc: '1234' }, 'incorrect_csc'],
    ['the right code for the wrong-code card', { number: '4000000000000127', csc: '127' }, 'approve'],
    ['a postcode', { postcode: '1234' }, 'approve'],
    ['month and year as numbers', { expiryMonth: 12, expiryYear: 2034 }, 'approve'],
  ])('judges %s', async (_name, card, outcome) => {
    const { json } = await authorise(sale({ card: { ...goodCard, ...card } }))
    expect(json.decline?.code ?? 'approve').toBe(outcome)
  })

  it('exchanges a card for a token that can be charged', async () => {
    const { status, json } = await running.client.post('/v1/tokens', { card: goodCard })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      token: expect.stringMatching(/^tok_/),
      card: { brand: 'visa', last4: '4242' },
    })
    const { card: _, ...withoutCard } = sale()
    expect((await authorise({ ...withoutCard, token: json.token })).json.outcome).toBe('approved')
    expect((await authorise({ ...withoutCard, token: `tok_${'0'.repeat(20)}` })).json.error.code).toBe(
      'token_not_found',
    )
  })

  it('finds an authorisation by our reference, and nothing under another', async () => {
    const body = sale()
    const { json } = await authorise(body)
    const found = await running.client.get(`/v1/authorisations?ourReference=${body.ourReference}`)
    expect(found.json.authorisations).toEqual([json])
    expect((await running.client.get('/v1/authorisations?ourReference=att_none')).json).toEqual({
      authorisations: [],
    })
    expect((await running.client.get(`/v1/authorisations/${json.id}`)).json).toEqual(json)
  })

  it('does not hide a second charge of one reference', async () => {
    const body = sale()
    await authorise(body)
    await authorise(body)
    const found = await running.client.get(`/v1/authorisations?ourReference=${body.ourReference}`)
    expect(found.json.authorisations).toHaveLength(2)
  })

  it.each([
    ['an amount with a fraction', { amount: 10.5 }, 'amount'],
    ['a currency that does not exist', { currency: 'XXY' }, 'currency'],
    ['a field that is not of the API', { colour: 'red' }, 'the body'],
    ['no card and no token', { card: undefined }, 'the body'],
    ['a card number that is none', { card: { ...goodCard, number: '4242-4242' } }, 'card.number'],
  ])('refuses %s and charges nothing', async (_name, changes, field) => {
    const before = (await running.client.ledger()).length
    const reply = await authorise(sale(changes))
    expect(reply.status).toBe(400)
    expect(reply.json).toEqual({ error: { code: 'invalid_request', message: `Not valid: ${field}.` } })
    expect((await running.client.ledger()).length).toBe(before)
  })

  it('refuses a body that is not JSON without quoting it', async () => {
    const reply = await running.client.post('/v1/authorisations', `{"card":{"number":"${goodCard.number}"`)
    expect(reply.status).toBe(400)
    expect(reply.body).not.toContain('4242')
  })

  it.each([
    ['no key', null],
    ['a wrong key', 'sk_sandbox_for_tests_onlx'],
    ['an empty key', ''],
  ])('lets nobody in with %s', async (_name, apiKey) => {
    for (const target of ['/v1/ledger', '/v1/authorisations?ourReference=a', '/v1/faults', '/nothing']) {
      const reply = await running.client.get(target, { apiKey })
      expect([reply.status, reply.json.error.code]).toEqual([401, 'unauthorised'])
    }
    expect((await running.client.post('/v1/authorisations', sale(), { apiKey })).status).toBe(401)
  })

  it('is not trusted by a client that does not know its CA', async () => {
    const socket = tls.connect({ host: '127.0.0.1', port: running.gateway.port })
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.on('error', resolve))
    expect(error.code).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/)
  })
})
