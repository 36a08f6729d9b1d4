import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { ask, type Harness, harness, merchants, ours } from './control-harness.ts'

let control: Harness
beforeEach(async () => {
  control = await harness({ merchants: withRoles() })
})
afterEach(() => control.close())

/** An agent and a supervisor beside the admin. */
function withRoles() {
  const [first, ...others] = merchants
  if (!first) throw new Error('the harness has no merchant')
  const password = new Secret(ours.password)
  const agents = (['agent', 'supervisor'] as const).map((role) => ({
    email: `${role}@ours.test`,
    name: role,
    role,
    password,
  }))
  return [{ ...first, agents: [...first.agents, ...agents] }, ...others]
}

async function logIn(email = ours.email, password = ours.password, headers: Record<string, string> = {}) {
  return ask(control, { method: 'POST', url: '/v1/sessions', key: '', body: { email, password }, headers })
}

async function cookieOf(email?: string): Promise<string> {
  const { cookies } = await logIn(email)
  return `${cookies[0]?.name}=${cookies[0]?.value}`
}

const as = (cookie: string, url: string, headers: Record<string, string> = {}) =>
  ask(control, { url, key: '', headers: { cookie, ...headers } })

describe('giving money back', () => {
  const refund = (cookie: string) =>
    ask(control, {
      ...{ method: 'POST', url: '/v1/payments/pay_none/refunds', key: '', body: {} },
      headers: { cookie },
    })

  it('is a supervisor’s right: an agent captures and voids, and refunds nothing', async () => {
    const agent = await cookieOf('agent@ours.test')
    expect((await refund(agent)).json()).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    for (const verb of ['capture', 'void']) {
      const url = `/v1/payments/pay_none/${verb}`
      const answer = await ask(control, { method: 'POST', url, key: '', headers: { cookie: agent } })
      expect(answer.json().code).toBe('PAYMENT_NOT_FOUND')
    }
    expect((await refund(await cookieOf('supervisor@ours.test'))).json().code).toBe('PAYMENT_NOT_FOUND')
  })
})

describe('how the gateways do', () => {
  it('is for supervisors and for the merchant’s own systems, not for agents', async () => {
    const status = async (email: string) => (await as(await cookieOf(email), '/v1/status')).statusCode
    expect(await status('agent@ours.test')).toBe(403)
    expect(await status('supervisor@ours.test')).toBe(200)
    expect((await ask(control, { url: '/v1/status' })).json()).toMatchObject({ vault: 'up', gateways: [] })
    expect((await ask(control, { url: '/v1/status', key: '' })).statusCode).toBe(401)
  })
})

describe('an agent', () => {
  it('logs in to a session that no script can read and no other site can send', async () => {
    const answer = await logIn()
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      agent: { email: ours.email, role: 'admin' },
      merchant: { id: ours.id },
      sandbox: { carrierUrl: 'http://127.0.0.1:8082' },
    })
    expect(answer.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', secure: true })
    expect(answer.cookies[0]?.name).toMatch(/^__Host-/)
    const current = await as(await cookieOf(), '/v1/sessions/current')
    expect(current.json()).toEqual(answer.json())
  })

  it('is not told whether the address or the password was wrong', async () => {
    const wrongPassword = await logIn(ours.email, 'not the password')
    const nobody = await logIn('nobody@ours.test', 'not the password')
    expect(wrongPassword.statusCode).toBe(401)
    const { requestId: _, ...first } = wrongPassword.json()
    const { requestId: __, ...second } = nobody.json()
    expect(first).toEqual(second)
    expect(wrongPassword.headers['set-cookie']).toBeUndefined()
  })

  it('who keeps guessing is locked out for longer and longer, and so is an account that does not exist', async () => {
    for (const email of [ours.email, 'nobody@ours.test']) {
      for (let i = 0; i < 5; i++) expect((await logIn(email, 'a guess')).statusCode).toBe(401)
      const locked = await logIn(email, ours.password)
      expect(locked.statusCode).toBe(429)
      expect(locked.json()).toMatchObject({ code: 'LOG_IN_LOCKED', remedy: 'retry' })
      expect(locked.headers['retry-after']).toBe('30')
    }
    await control.clock.turn(30_000)
    expect((await logIn(ours.email, 'a guess')).statusCode).toBe(401)
    expect((await logIn(ours.email)).headers['retry-after']).toBe('60')
    await control.clock.turn(60_000)
    expect((await logIn()).statusCode).toBe(201)
    expect((await logIn(ours.email, 'a guess')).statusCode).toBe(401)
  })

  it('cannot be guessed by many at the same time either', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => logIn(ours.email, 'a guess')))
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(5)
  })

  it('stays logged in while active, and no longer than the longest time', async () => {
    const cookie = await cookieOf()
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      expect((await as(cookie, '/v1/calls')).statusCode).toBe(200)
      await control.clock.turn(20 * 60_000)
    }
    await control.clock.turn(20 * 60_000)
    expect((await as(cookie, '/v1/calls')).json().code).toBe('UNAUTHENTICATED')
  })

  it('who was away is logged out', async () => {
    const cookie = await cookieOf()
    await control.clock.turn(30 * 60_000)
    expect((await as(cookie, '/v1/calls')).statusCode).toBe(401)
  })

  it('logs out for good', async () => {
    const cookie = await cookieOf()
    const out = await ask(control, {
      method: 'DELETE',
      url: '/v1/sessions/current',
      key: '',
      headers: { cookie },
    })
    expect(out.statusCode).toBe(204)
    expect((await as(cookie, '/v1/sessions/current')).statusCode).toBe(401)
  })

  it('stays logged in over a restart of control', async () => {
    const cookie = await cookieOf()
    control = await control.restart()
    expect((await as(cookie, '/v1/sessions/current')).statusCode).toBe(200)
  })

  it('may do what the role allows and nothing else', async () => {
    const agent = await cookieOf('agent@ours.test')
    const supervisor = await cookieOf('supervisor@ours.test')
    expect((await as(agent, '/v1/calls')).statusCode).toBe(200)
    expect((await as(agent, '/v1/webhook-endpoints')).json().code).toBe('FORBIDDEN')
    expect((await as(supervisor, '/v1/webhook-endpoints')).statusCode).toBe(200)
    const body = { url: 'https://ours.test/hook' }
    const made = await ask(control, {
      method: 'POST',
      url: '/v1/webhook-endpoints',
      key: '',
      headers: { cookie: supervisor },
      body,
    })
    expect(made.statusCode).toBe(403)
  })
})

describe('a request of another site’s page', () => {
  it('changes nothing, whatever cookie the browser sends along', async () => {
    const cookie = await cookieOf()
    const post = (headers: Record<string, string>) =>
      ask(control, {
        method: 'POST',
        url: '/v1/webhook-endpoints',
        key: '',
        headers: { cookie, ...headers },
        body: { url: 'https://ours.test/hook' },
      })
    for (const headers of [
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await post(headers)).json().code, JSON.stringify(headers)).toBe('CROSS_SITE_REQUEST')
    }
    expect((await post({ origin: 'https://pay.test', 'sec-fetch-site': 'same-origin' })).statusCode).toBe(201)
    expect((await logIn(ours.email, ours.password, { origin: 'https://evil.test' })).statusCode).toBe(403)
  })

  it('cannot be a plain form', async () => {
    const answer = await control.server.app.inject({
      method: 'POST',
      url: '/v1/webhook-endpoints',
      headers: { cookie: await cookieOf(), 'content-type': 'text/plain', 'idempotency-key': 'k' },
      payload: '{"url":"https://evil.test"}',
    })
    expect(answer.statusCode).toBe(415)
  })
})

describe('an API key', () => {
  it('opens the API, and is stored only as a hash with the minute of its last use', async () => {
    expect((await ask(control, { url: '/v1/payments' })).statusCode).toBe(200)
    const rows = await control.store.db.selectFrom('api_keys').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(ours.key)
    expect(rows.find((row) => row.merchant_id === ours.id)?.last_used_at).toBe(control.clock.now())
  })

  it('that is unknown, or no longer in the configuration, opens nothing', async () => {
    expect((await ask(control, { url: '/v1/payments', key: `${ours.key}x` })).statusCode).toBe(401)
    expect((await ask(control, { url: '/v1/payments', key: '' })).headers['www-authenticate']).toBe('Bearer')
  })

  it('is not a session', async () => {
    expect((await ask(control, { url: '/v1/sessions/current' })).json().code).toBe('UNAUTHENTICATED')
  })
})
