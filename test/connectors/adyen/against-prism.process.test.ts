import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adyen } from '../../../src/connectors/adyen/adyen.ts'
import type { Move } from '../../../src/connectors/connector.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { authoriseRequest, followUpRequest } from '../../conformance/play.ts'
import { everyCall } from '../support/every-call.ts'
import { Prism } from '../support/prism.ts'
import { hasSpec, specPath } from '../support/specs.ts'

const descriptionName = 'adyen-CheckoutService-v72.json'
const isThere = hasSpec(descriptionName)
const { account } = adyenFixture

/** Sends the one call of an operation, and gives the connector what Prism answers. */
async function outcomeOf(prism: Prism, move: Move, prefer?: string, edit = (body: string) => body) {
  if (move.do === 'end') throw new Error('nothing to send')
  const reply = await prism.send(move.call, prefer)
  const next = adyen.next(move.state, { ...reply, body: edit(reply.body) }, account)
  if (next.do === 'call') throw new Error('one call was enough')
  return { reply, outcome: next.outcome }
}

describe.runIf(isThere)('Adyen’s own description, served by Prism,', () => {
  let prism: Prism
  beforeAll(async () => {
    prism = await Prism.start(specPath(descriptionName))
  })
  afterAll(() => prism?.stop())

  it.each(isThere ? everyCall(adyen, adyenFixture) : [])(
    'finds nothing wrong with $why: $call.path',
    async ({ call }) => {
      const { status, body } = await prism.send(call)
      expect(body).not.toContain('VIOLATION')
      expect([200, 201, 204]).toContain(status)
    },
  )

  it('would find a field that does not exist, and one that is missing', async () => {
    const move = adyen.authorise(authoriseRequest(), account)
    if (move.do === 'end') throw new Error('nothing to send')
    const { call } = move
    const fields = call.body!.fields
    for (const wrong of [
      fields.filter(({ path }) => path[0] !== 'merchantAccount'),
      fields.map((field) => (field.path[1] === 'cvc' ? { ...field, path: ['paymentMethod', 'csc'] } : field)),
    ]) {
      const reply = await prism.send({ ...call, body: { encoding: 'json', fields: wrong } })
      expect(reply.status).toBe(422)
    }
  })

  const pay = () => adyen.authorise(authoriseRequest(), account)
  const ours = (body: string) =>
    body.replace('"merchantReference":"string"', `"merchantReference":"${authoriseRequest().ourReference}"`)

  it('answers with a direct card payment, which is an approval of ours only with our reference', async () => {
    const theirs = await outcomeOf(prism, pay(), 'code=200, example=card-direct')
    expect(theirs.outcome).toMatchObject({ kind: 'unknown', alarm: 'another-reference' })
    const { outcome } = await outcomeOf(prism, pay(), 'code=200, example=card-direct', ours)
    expect(outcome).toMatchObject({ kind: 'approved', gatewayRef: '993617895204576J', authCode: '044925' })
  })

  it.each([
    ['card-3d-secure-redirect', 'RedirectShopper'],
    ['card-3d-secure-2-web', 'IdentifyShopper'],
  ])('answers with %s, which by phone is a pay link and no retry', async (example, gatewayCode) => {
    const { outcome } = await outcomeOf(prism, pay(), `code=200, example=${example}`)
    expect(outcome).toMatchObject({
      kind: 'declined',
      reason: 'authentication-required',
      retry: 'pay-link',
      gatewayCode,
    })
  })

  it.each([500, 422, 403, 401, 400])(
    'answers %d, of which only what is certain is called so',
    async (code) => {
      const { reply, outcome } = await outcomeOf(prism, pay(), `code=${code}`)
      expect(reply.status).toBe(code)
      expect(code === 500 ? ['unknown'] : ['unknown', 'declined']).toContain(outcome.kind)
    },
  )

  it.each(['capture', 'void', 'refund'] as const)(
    'answers a %s with received, which is not yet done',
    async (name) => {
      const request = followUpRequest('993617895204576J')
      const move = name === 'void' ? adyen.void(request, account) : adyen[name](request, account)
      const { outcome } = await outcomeOf(prism, move, undefined, (body) =>
        body
          .replace(/"paymentPspReference":"[^"]*"/, '"paymentPspReference":"993617895204576J"')
          .replace(/"value":\d+/, '"value":1050')
          .replace(/"currency":"[A-Z]+"/, '"currency":"GBP"'),
      )
      expect(outcome).toMatchObject({ kind: 'done', later: true })
    },
  )
})
