import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ApiRefused, NoAnswer } from '../../src/client/api-client.ts'
import { TonewallClient } from '../../src/client/client.ts'
import { routes } from '../../src/client/routes.ts'
import { type Harness, harness, liveCall, ours } from '../control/http/control-harness.ts'

let control: Harness
let client: TonewallClient
beforeEach(async () => {
  control = await harness()
  client = new TonewallClient({ baseUrl: 'https://pay.test', apiKey: ours.key, fetch: inject })
})
afterEach(() => control.close())

/** The client's requests, handed to the application without a socket. */
const inject: typeof fetch = async (input, init) => {
  const { method = 'GET', headers, body } = init ?? {}
  const url = String(input).replace('https://pay.test', '')
  const answer = await control.server.app.inject({
    method: method as 'GET',
    url,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { payload: String(body) }),
  })
  const empty = answer.statusCode === 204
  return new Response(empty ? null : answer.body, {
    status: answer.statusCode,
    headers: { 'content-type': String(answer.headers['content-type']) },
  })
}

const payment = async () => ({
  callId: await liveCall(control),
  amountMinor: 1_050,
  currency: 'GBP',
  reference: 'INV-1',
})

describe('the client', () => {
  it('takes a payment through its life with the types of the contracts', async () => {
    const body = { ...(await payment()), customer: 'C-1' }
    const { id, customer } = await client.request('createPayment', { body })
    expect(customer).toBe('C-1')
    expect(await client.request('arm', { id })).toMatchObject({ id })
    const refund = await client.request('refund', { id, body: { amountMinor: 50, reason: 'damaged' } })
    expect(refund).toMatchObject({ kind: 'refund', amountMinor: 50, state: 'done' })
    expect((await client.request('listRefunds', { id })).data).toEqual([refund])
    const [listed] = (await client.request('listPayments', { query: { expand: ['operations'] } })).data
    expect(listed?.operations).toEqual([refund])
  })

  it('sends one intent once, with the key that it was given', async () => {
    const body = await payment()
    const both = await Promise.all(
      [1, 2].map(() => client.request('createPayment', { body, key: 'k' }).catch(String)),
    )
    expect(control.payments.made).toHaveLength(1)
    expect(both.some((answer) => typeof answer === 'object')).toBe(true)
  })

  it('throws a refusal with its code and remedy', async () => {
    const asked = client.request('getPayment', { id: 'pay_none' })
    await expect(asked).rejects.toBeInstanceOf(ApiRefused)
    await expect(asked).rejects.toMatchObject({
      problem: { code: 'PAYMENT_NOT_FOUND', remedy: 'fix-request' },
    })
  })

  it('says which key to try again with when there was no answer', async () => {
    const broken = new TonewallClient({
      ...{ baseUrl: 'https://pay.test', apiKey: ours.key },
      fetch: () => Promise.reject(new TypeError('network')),
    })
    const asked = broken.request('arm', { id: 'pay_1', key: 'mine' })
    await expect(asked).rejects.toBeInstanceOf(NoAnswer)
    await expect(asked).rejects.toMatchObject({ key: 'mine' })
  })
})

describe('its endpoints', () => {
  it('are those of the OpenAPI document, but for events and files', () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/openapi.json'), 'utf8')
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> }
    const other = /^\/v1\/(events|openapi|connections\/callback)|\.csv$|^\/(healthz|readyz|docs)/
    const documented = Object.entries(paths)
      .filter(([url]) => !other.test(url))
      .flatMap(([url, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`))
    const known: string[] = Object.values(routes)
    expect(known.sort()).toEqual(documented.sort())
  })
})
