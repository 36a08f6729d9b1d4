import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '../../../src/contracts/desk-port.ts'
import { ask, type Harness, harness, liveCall, ours } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness()
})
afterEach(() => control.close())

const payment = { callId: 'call_x', amountMinor: 1050, currency: 'GBP', reference: 'INV-1' }
const create = (change: Record<string, unknown>) =>
  ask(control, { method: 'POST', url: '/v1/payments', body: { ...payment, ...change } })

describe('every error', () => {
  it('is a problem document with a code, a remedy and a link to its explanation', async () => {
    const answer = await ask(control, { url: '/v1/payments/pay_none' })
    expect(answer.statusCode).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(Problem.parse(answer.json())).toEqual({
      type: 'https://pay.test/docs/errors#payment_not_found',
      title: 'Payment not found',
      status: 404,
      code: 'PAYMENT_NOT_FOUND',
      detail: 'no such payment',
      remedy: 'fix-request',
      requestId: answer.headers['x-request-id'],
    })
  })

  it.each([
    ['/amountMinor', { amountMinor: 10.5 }],
    ['/amountMinor', { amountMinor: '1050' }],
    ['/amountMinor', { amountMinor: 0 }],
    ['/currency', { currency: 'gbp' }],
    ['/reference', { reference: ' ' }],
    ['/customer', { customer: ' ' }],
    ['/customer', { customer: 'c'.repeat(256) }],
    ['/metadata/order', { metadata: { order: 7 } }],
    ['/surprise', { surprise: true }],
  ])('of validation points at %s', async (field, change) => {
    const answer = await create(change)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'REQUEST_INVALID', field, remedy: 'fix-request' })
  })

  it.each([
    ['/reference', { reference: 'card 4242 4242 4242 4242' }],
    ['/customer', { customer: 'cus 4242 4242 4242 4242' }],
    ['/description', { description: '4242-4242-4242-4242' }],
    ['/metadata/note', { metadata: { note: 'x 5555555555554444 y' } }],
  ])('keeps a card number out of %s', async (field, change) => {
    const answer = await create(change)
    expect(answer.json()).toMatchObject({ status: 400, code: 'CARD_NUMBER_IN_TEXT', field })
    expect(answer.body).not.toMatch(/\d{4}.?\d{4}/)
    expect(control.payments.made).toHaveLength(0)
  })

  it('leaves an order number of thirteen digits alone that no issuer would use', async () => {
    expect((await create({ reference: '1700000000008', callId: await liveCall(control) })).statusCode).toBe(
      201,
    )
  })

  it('tells an unknown path from one that has other methods', async () => {
    expect((await ask(control, { url: '/v1/nothing' })).json()).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    })
    const wrong = await ask(control, { method: 'PUT', url: '/v1/payments/pay_1' })
    expect(wrong.json()).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
    expect(wrong.headers.allow).toBe('GET, HEAD')
  })

  it('of a path that cannot be read is a problem too', async () => {
    for (const url of ['/v1/calls/%zz', `/v1/calls/${'x'.repeat(200)}`]) {
      const answer = await ask(control, { url })
      expect(Problem.parse(answer.json()).status).toBe(answer.statusCode)
      expect(answer.statusCode).toBeLessThan(500)
    }
  })

  it('of reading the body says which', async () => {
    const send = (contentType: string, payload: string) =>
      ask(control, {
        method: 'POST',
        url: '/v1/payments',
        headers: { 'content-type': contentType },
        body: payload,
      })
    expect((await send('application/json', '{"a":')).json()).toMatchObject({
      status: 400,
      code: 'BODY_NOT_JSON',
    })
    expect((await send('application/xml', '<a/>')).json()).toMatchObject({
      status: 415,
      code: 'MEDIA_TYPE_UNSUPPORTED',
    })
    expect((await send('application/json', `"${'x'.repeat(70_000)}"`)).json()).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
    })
    expect((await send('application/json', '{"__proto__":{"a":1}}')).statusCode).toBe(400)
  })

  it('that nobody foresaw shows nothing of its cause', async () => {
    control.payments.beforeCreate = async () => {
      throw new Error('secret of the database at 10.0.0.1')
    }
    const answer = await create({ callId: await liveCall(control) })
    expect(answer.json()).toMatchObject({ status: 500, code: 'INTERNAL', remedy: 'page-someone' })
    expect(answer.body).not.toContain('secret')
  })

  it('of too many requests says when to come again', async () => {
    const attempts = Array.from({ length: 61 }, (_, i) =>
      ask(control, {
        method: 'POST',
        url: '/v1/sessions',
        key: '',
        body: { email: `nobody${i}@ours.test` },
      }),
    )
    const last = (await Promise.all(attempts)).find(({ statusCode }) => statusCode === 429)
    expect(last?.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED', remedy: 'retry' })
    expect(last?.headers['retry-after']).toBeDefined()
  })
})

describe('the API', () => {
  it('serves its own OpenAPI 3.1 document, with the key that every POST needs', async () => {
    const answer = await ask(control, { url: '/v1/openapi.json', key: '' })
    const document = answer.json()
    expect(document.openapi).toBe('3.1.0')
    for (const [path, methods] of Object.entries<Record<string, { parameters?: { name: string }[] }>>(
      document.paths,
    )) {
      if (!methods.post) continue
      expect(
        methods.post.parameters?.map(({ name }) => name),
        path,
      ).toContain('Idempotency-Key')
    }
    const created = document.paths['/v1/payments'].post
    expect(created.requestBody.content['application/json'].schema.properties.amountMinor).toMatchObject({
      type: 'integer',
      maximum: 999_999_999,
    })
    expect(created.responses['201'].content['application/json'].schema.required).toContain('status')
    expect(created.responses.default.content['application/problem+json']).toBeDefined()
    expect(Object.keys(document.paths).some((path) => path.includes('telephony'))).toBe(false)
  })

  it('passes every order on to the payment, with or without an empty body', async () => {
    const made = await create({ callId: await liveCall(control) })
    const url = `/v1/payments/${made.json().id}`
    for (const [order, body] of [
      ['arm', {}],
      ['arm', undefined],
      ['clear-field', { field: 'csc' }],
      ['another-card', {}],
      ['extend', undefined],
      ['extend', { bySeconds: 30 }],
      ['confirm', {}],
      ['cancel', {}],
    ] as const) {
      const answer = await ask(control, { method: 'POST', url: `${url}/${order}`, ...(body ? { body } : {}) })
      expect(answer.statusCode, order).toBe(200)
    }
    const orders = [
      'arm',
      'arm',
      'clear-field csc',
      'another-card',
      'extend 60',
      'extend 30',
      'confirm',
      'cancel',
    ]
    expect(control.payments.orders).toEqual(orders)
  })

  it('says whether it lives, and whether it can take payments', async () => {
    expect((await ask(control, { url: '/healthz', key: '' })).json()).toEqual({ status: 'ok' })
    expect((await ask(control, { url: '/readyz', key: '' })).json()).toEqual({
      vault: 'up',
      bridge: 'up',
      store: 'up',
    })
    control.vault.up = false
    const answer = await ask(control, { url: '/readyz', key: '' })
    expect(answer.statusCode).toBe(503)
    expect(answer.json().vault).toBe('down')
  })

  it('lets its pages load nothing from elsewhere, and the desk reach the simulated carrier', async () => {
    const answer = await ask(control, { url: '/', key: '' })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('The desk is not built')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:8082 ws://127.0.0.1:8082")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect((await ask(control, { url: '/v1/calls' })).headers['cache-control']).toBe('no-store')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  it('serves the built desk, its hashed files for ever and its page never from a cache', async () => {
    const deskDir = mkdtempSync(path.join(tmpdir(), 'tonewall-desk-'))
    mkdirSync(path.join(deskDir, 'assets'))
    writeFileSync(path.join(deskDir, 'index.html'), '<!doctype html><title>desk</title>')
    writeFileSync(path.join(deskDir, 'assets', 'main-abc.js'), '// desk')
    const built = await harness({ deskDir })
    const page = await ask(built, { url: '/', key: '' })
    expect(page.body).toContain('<title>desk</title>')
    expect(page.headers['cache-control']).toBe('no-cache')
    const script = await ask(built, { url: '/assets/main-abc.js', key: '' })
    expect(script.headers['cache-control']).toContain('immutable')
    expect((await ask(built, { url: '/../package.json', key: '' })).statusCode).toBe(404)
    expect((await ask(built, { url: '/assets/%2e%2e/%2e%2e/package.json', key: '' })).statusCode).toBe(404)
    await built.close()
    rmSync(deskDir, { recursive: true })
  })

  it('knows nothing of a carrier in production', async () => {
    const production = await harness({ mode: 'production' })
    const policy = String((await ask(production, { url: '/', key: '' })).headers['content-security-policy'])
    expect(policy).toContain("connect-src 'self';")
    const body = { email: ours.email, password: ours.password }
    const session = await ask(production, { method: 'POST', url: '/v1/sessions', key: '', body })
    expect(session.json().sandbox).toBeNull()
    await production.close()
  })
})
