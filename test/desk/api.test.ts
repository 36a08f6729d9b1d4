import { describe, expect, it } from 'vitest'
import { Api } from '../../src/desk/api.ts'
import { IntentKeys } from '../../src/desk/intent-keys.ts'
import { aPayment, callId } from './examples.ts'

type Sent = { readonly path: string; readonly key: string | null; readonly body: unknown }
type Reply = Response | 'network-lost'

const created = () => Response.json(aPayment(), { status: 201 })

function problem(status: number, code: string, remedy: string, detail = 'It says why.'): Response {
  const body = { type: 'about:blank', title: 'x', status, code, detail, remedy, requestId: 'req_1' }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })
}

/** An API whose server gives these replies in turn, when `release` lets it. */
function scripted(...replies: Reply[]) {
  const sent: Sent[] = []
  let count = 0
  const serverTimes: number[] = []
  const api = new Api({
    keys: new IntentKeys(() => `key-${count++}`),
    onServerTime: (epochMs) => serverTimes.push(epochMs),
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers)
      sent.push({
        path: String(input),
        key: headers.get('idempotency-key'),
        body: init?.body ? JSON.parse(String(init.body)) : null,
      })
      const reply = replies.shift()
      if (!reply || reply === 'network-lost') throw new TypeError('network')
      return reply
    },
  })
  return { api, sent, serverTimes }
}

const input = { callId, amountMinor: 1050, currency: 'GBP', reference: 'INV-7' }

describe("the desk's API client", () => {
  it('sends a double click once, and gives both clicks the answer', async () => {
    const { api, sent } = scripted(created())
    const [first, second] = await Promise.all([api.createPayment(input), api.createPayment(input)])
    expect(sent).toHaveLength(1)
    expect(first).toBe(second)
    expect(first.ok).toBe(true)
  })

  it('repeats the key of an intent whose answer was lost', async () => {
    const { api, sent } = scripted('network-lost', created())
    expect(await api.createPayment(input)).toEqual({ ok: false, problem: null })
    expect((await api.createPayment(input)).ok).toBe(true)
    expect(sent.map(({ key }) => key)).toEqual(['key-0', 'key-0'])
  })

  for (const [status, code, remedy] of [
    [503, 'VAULT_AWAY', 'retry'],
    [429, 'TOO_MANY_REQUESTS', 'retry'],
    [409, 'IDEMPOTENCY_IN_PROGRESS', 'retry'],
  ] as const) {
    it(`repeats the key after ${status} ${code}: nothing was done, or the first is still under way`, async () => {
      const { api, sent } = scripted(problem(status, code, remedy), created())
      await api.createPayment(input)
      await api.createPayment(input)
      expect(sent.map(({ key }) => key)).toEqual(['key-0', 'key-0'])
    })
  }

  it('takes a new key after a definite answer: pressing "more time" twice is twice the time', async () => {
    const { api, sent } = scripted(created(), created())
    await api.command('pay_1', { do: 'extend', bySeconds: 60 })
    await api.command('pay_1', { do: 'extend', bySeconds: 60 })
    expect(sent.map(({ key }) => key)).toEqual(['key-0', 'key-1'])
    expect(sent[0]).toMatchObject({ path: '/v1/payments/pay_1/extend', body: { bySeconds: 60 } })
  })

  it('takes a new key for a corrected amount', async () => {
    const { api, sent } = scripted('network-lost', created())
    await api.createPayment(input)
    await api.createPayment({ ...input, amountMinor: 1100 })
    expect(sent.map(({ key }) => key)).toEqual(['key-0', 'key-1'])
  })

  it('takes a new key when the agent begins a new payment with the same amount and reference', async () => {
    const { api, sent } = scripted('network-lost', created())
    await api.createPayment(input)
    api.forgetPaymentIntent(callId)
    await api.createPayment(input)
    expect(sent.map(({ key }) => key)).toEqual(['key-0', 'key-1'])
  })

  it('tells clearing one field from clearing another', async () => {
    const { api, sent } = scripted(created(), created())
    await Promise.all([
      api.command('pay_1', { do: 'clear-field', field: 'pan' }),
      api.command('pay_1', { do: 'clear-field', field: 'csc' }),
    ])
    expect(sent.map(({ body }) => body)).toEqual([{ field: 'pan' }, { field: 'csc' }])
    expect(new Set(sent.map(({ key }) => key)).size).toBe(2)
  })

  it('hands on what the API says was wrong', async () => {
    const { api } = scripted(problem(422, 'CALL_NOT_LIVE', 'fix-request', 'The call has ended.'))
    const answer = await api.createPayment(input)
    expect(answer).toMatchObject({
      ok: false,
      problem: { code: 'CALL_NOT_LIVE', detail: 'The call has ended.' },
    })
  })

  it('explains an answer that is not from the platform', async () => {
    const { api } = scripted(
      new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }),
    )
    const answer = await api.createPayment(input)
    expect(answer).toMatchObject({ ok: false, problem: { status: 502, code: 'UNEXPLAINED' } })
  })

  it("notes the server's time", async () => {
    const reply = Response.json(aPayment(), { headers: { date: 'Thu, 15 Jan 2026 12:00:00 GMT' } })
    const { api, serverTimes } = scripted(reply)
    await api.getPayment('pay_1')
    expect(serverTimes).toEqual([Date.UTC(2026, 0, 15, 12)])
  })

  it('makes keys of 128 random bits', () => {
    const keys = new IntentKeys()
    const key = keys.keyFor('a', '{}')
    expect(key).toMatch(/^[0-9a-f]{32}$/)
    expect(keys.keyFor('a', '{}')).toBe(key)
    expect(keys.keyFor('b', '{}')).not.toBe(key)
  })
})
