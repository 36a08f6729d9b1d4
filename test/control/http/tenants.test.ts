import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, type Harness, harness, liveCall, ours, theirs } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

type Operation = { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string }

/** Every operation that the API's own document lists: a route that is added is walked too. */
function operations(): Operation[] {
  const { paths } = control.server.app.swagger() as { paths: Record<string, Record<string, unknown>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase() as Operation['method'], path })),
  )
}

const bodies: Readonly<Record<string, unknown>> = {
  '/v1/calls/{id}': { metadata: { crmRecord: 'Case:500' } },
  '/v1/calls/{id}/assistance': { prompts: 'beeps' },
  '/v1/payments/{id}/clear-field': { field: 'pan' },
  '/v1/plans/{id}/change': { amountMinor: 100 },
  '/v1/payments/{id}/split': { parts: [50, 50] },
  '/v1/payments/{id}/keep-card': { use: 'customer', consent: 'spoken' },
  '/v1/payments/{id}/stored-card': { last4: '4242' },
  '/v1/payments/{id}/receipts/withdraw': { channel: 'email' },
  '/v1/payments/{id}/receipts': { channel: 'email', to: 'eve@theirs.test', consent: true },
  '/v1/payments/{id}/records/{connectionId}': { record: 'Contact:003' },
}

describe('two merchants on one platform', () => {
  it('each find nothing of the other’s, on any route that names a thing', async () => {
    const callId = await liveCall(control)
    const made = await ask(control, {
      method: 'POST',
      url: '/v1/payments',
      body: { callId, amountMinor: 100, currency: 'GBP', reference: 'R' },
    })
    const endpoint = await ask(control, {
      method: 'POST',
      url: '/v1/webhook-endpoints',
      body: { url: 'https://ours.test/hook' },
    })
    const run = await ask(control, {
      method: 'POST',
      url: '/v1/reconciliations',
      body: { since: 0, until: 1_000 },
    })
    const connection = await ask(control, {
      method: 'POST',
      url: '/v1/connections',
      body: {
        ...{ adapter: 'hubspot', name: 'Ours', grant: 'fixed-token', clientSecret: 'pat-of-ours' },
        settings: { portalId: '1' },
      },
    })
    const ids: Record<string, string> = {
      connections: connection.json().id,
      reconciliations: run.json().id,
      calls: callId,
      payments: made.json().id,
      'stored-cards': 'card_1',
      plans: 'plan_1',
      deliveries: 'evt_1~whe_1',
      'webhook-endpoints': endpoint.json().id,
    }
    const named = operations().filter(({ path }) => path.includes('{id}'))
    expect(named.length).toBeGreaterThanOrEqual(10)
    for (const { method, path } of named) {
      const kind = path.split('/')[2] ?? ''
      const url = path
        .replace('{id}', ids[kind] ?? `no test id for ${kind}`)
        .replace('{connectionId}', connection.json().id)
      const body = bodies[path]
      const answer = await ask(control, { method, url, key: theirs.key, ...(body ? { body } : {}) })
      expect({ path, status: answer.statusCode, replies: answer.json().remedy }).toEqual({
        path,
        status: 404,
        replies: 'fix-request',
      })
    }
    expect(control.payments.orders).toEqual([])
    expect(control.calls.get(ours.id, callId)?.status).toBe('live')
  })

  it('see only their own in lists', async () => {
    const callId = await liveCall(control)
    const body = { callId, amountMinor: 100, currency: 'GBP', reference: 'R' }
    await ask(control, { method: 'POST', url: '/v1/payments', body })
    await ask(control, {
      method: 'POST',
      url: '/v1/webhook-endpoints',
      body: { url: 'https://ours.test/hook' },
    })
    control.calls.end(callId, 'ended-by-request')
    await liveCall(control, { sid: 'CAsecond' })
    for (const url of ['/v1/calls', '/v1/calls?status=ended', '/v1/payments', '/v1/webhook-endpoints']) {
      const mine = await ask(control, { url })
      const others = await ask(control, { url, key: theirs.key })
      expect(mine.json().data, url).toHaveLength(1)
      expect(others.json(), url).toEqual({ data: [], nextCursor: null })
    }
  })

  it('are known by the number that was called', async () => {
    const callId = await liveCall(control, { sid: 'CAtheirs', to: theirs.number })
    expect((await ask(control, { url: `/v1/calls/${callId}` })).statusCode).toBe(404)
    expect((await ask(control, { url: `/v1/calls/${callId}`, key: theirs.key })).statusCode).toBe(200)
  })
})
