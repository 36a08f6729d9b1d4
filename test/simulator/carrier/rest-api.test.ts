import { type FastifyInstance, fastify } from 'fastify'
import twilio from 'twilio'
import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { Carrier } from '../../../src/simulator/carrier/carrier.ts'
import { restApi } from '../../../src/simulator/carrier/rest-api.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { accountSid, authToken } from '../simulator-config.ts'

const nowhere = 'http://127.0.0.1:1/'
let clock: ManualClock
let server: FastifyInstance

beforeEach(async () => {
  clock = new ManualClock()
  const library = new Map([['agent-greeting', Buffer.alloc(1_600, 0x11)]])
  const carrier = new Carrier({
    accountSid,
    authToken,
    voiceUrl: nowhere,
    statusUrl: nowhere,
    clock,
    log: silentLog,
    library,
  })
  server = fastify()
  await server.register(restApi, {
    prefix: `/2010-04-01/Accounts/${accountSid}`,
    carrier,
    accountSid,
    authToken: new Secret(authToken),
    clock,
  })
})

/** The real client, whose requests go to the server without a socket. */
function client(token = authToken) {
  const httpClient = {
    async request(options: {
      method: string
      uri: string
      username?: string
      password?: string
      data?: object
      params?: object
    }) {
      const { pathname } = new URL(options.uri)
      const form = new URLSearchParams()
      for (const [name, value] of Object.entries(options.data ?? {}))
        for (const one of [value].flat()) form.append(name, String(one))
      const response = await server.inject({
        method: options.method.toUpperCase() as 'GET' | 'POST',
        url: pathname,
        query: Object.fromEntries(
          Object.entries(options.params ?? {}).map(([name, value]) => [name, String(value)]),
        ),
        headers: {
          authorization: `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: form.toString(),
      })
      return { statusCode: response.statusCode, body: response.json(), toString: () => response.body }
    },
  }
  return twilio(accountSid, token, { httpClient: httpClient as never })
}

const dial = { to: 'client:priya', from: '+442079460000', url: 'http://127.0.0.1:1/agent' }

describe("the REST API, asked by Twilio's own package", () => {
  it('dials: queued at first, ringing after it', async () => {
    const call = await client().calls.create(dial)
    expect(call).toMatchObject({
      accountSid,
      status: 'queued',
      direction: 'outbound-api',
      to: 'client:priya',
      from: '+442079460000',
    })
    expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/)
    expect(call.dateCreated).toEqual(new Date(clock.now()))
    await clock.turn(10)
    expect(await client().calls(call.sid).fetch()).toMatchObject({ status: 'ringing', duration: null })
  })

  it('ends a ringing call as cancelled and a live one as completed, with its length', async () => {
    const ringing = await client().calls.create(dial)
    await clock.turn(10)
    expect((await client().calls(ringing.sid).update({ status: 'completed' })).status).toBe('canceled')
    const live = await client().calls.create({
      ...dial,
      url: undefined as never,
      twiml: '<Response><Pause length="60"/></Response>',
    })
    await clock.turn(4_300)
    expect((await client().calls(live.sid).fetch()).status).toBe('in-progress')
    const ended = await client().calls(live.sid).update({ status: 'completed' })
    expect(ended).toMatchObject({ status: 'completed', duration: '4' })
    // RFC 2822 has whole seconds.
    expect(ended.endTime).toEqual(new Date(Math.floor(clock.now() / 1000) * 1000))
  })

  it('sends a live call elsewhere', async () => {
    const call = await client().calls.create({
      ...dial,
      url: undefined as never,
      twiml: '<Response><Pause length="60"/></Response>',
    })
    await clock.turn(1_000)
    await client().calls(call.sid).update({ twiml: '<Response><Hangup/></Response>' })
    await clock.turn(10)
    expect((await client().calls(call.sid).fetch()).status).toBe('completed')
  })

  it('has somebody who is busy and somebody who does not answer', async () => {
    const busy = await client().calls.create({ ...dial, to: 'client:busy' })
    const absent = await client().calls.create({ ...dial, to: 'client:no-answer', timeout: 15 })
    await clock.turn(14_990)
    expect((await client().calls(busy.sid).fetch()).status).toBe('busy')
    expect((await client().calls(absent.sid).fetch()).status).toBe('ringing')
    await clock.turn(100)
    expect((await client().calls(absent.sid).fetch()).status).toBe('no-answer')
  })

  it('lists calls, newest first', async () => {
    const one = await client().calls.create(dial)
    const two = await client().calls.create({ ...dial, to: 'client:busy' })
    await clock.turn(10)
    expect((await client().calls.list()).map(({ sid }) => sid)).toEqual([two.sid, one.sid])
    expect((await client().calls.list({ status: 'ringing' })).map(({ sid }) => sid)).toEqual([one.sid])
  })

  it.each([
    ['a wrong token', () => client('wrong').calls.create(dial), { status: 401, code: 20003 }],
    ['a call that it does not know', () => client().calls('CA00').fetch(), { status: 404, code: 20404 }],
    ['a number that is none', () => client().calls.create({ ...dial, to: 'priya' }), { status: 400 }],
    [
      'a parameter that is not simulated',
      () => client().calls.create({ ...dial, record: true }),
      { status: 400 },
    ],
    ['a call without TwiML', () => client().calls.create({ ...dial, url: '' }), { status: 400 }],
  ])('refuses %s', async (_what, ask, error) => {
    await expect(ask()).rejects.toMatchObject(error)
  })

  it('does not end a call twice', async () => {
    const call = await client().calls.create(dial)
    await client().calls(call.sid).update({ status: 'completed' })
    await expect(client().calls(call.sid).update({ status: 'completed' })).rejects.toMatchObject({
      code: 21220,
    })
  })
})
