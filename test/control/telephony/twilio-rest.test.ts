import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { createLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { createTwilioRest, type TwilioRest } from '../../../src/control/telephony/twilio/rest.ts'

type Asked = { readonly path: string; readonly authorization: string; readonly form: URLSearchParams }

const accountSid = `AC${'1'.repeat(32)}`
const authToken = 'auth token of the test'
const order = {
  to: 'client:agent',
  from: '+441632960000',
  url: 'https://pay.test/agent?callId=c',
  statusCallback: 'https://pay.test/status?callId=c',
}

let asked: Asked[]
let answers: { readonly status: number; readonly body: unknown }[]
let server: http.Server
let rest: TwilioRest
let lines: string[]

/** The provider's API on loopback; the package's own client speaks to it. */
beforeEach(async () => {
  asked = []
  answers = []
  lines = []
  server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    asked.push({
      path: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
    })
    const { status, body } = answers.shift() ?? { status: 201, body: { sid: 'CAnew' } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  rest = createTwilioRest({
    accountSid,
    authToken: new Secret(authToken),
    apiOrigin: `http://127.0.0.1:${port}`,
    clock: systemClock,
    log: createLog({ process: 'test', write: (line) => lines.push(line) }),
  })
})
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()))

describe('the provider’s API', () => {
  it('is asked to dial the agent, at the origin that the configuration names', async () => {
    expect(await rest.dial(order)).toBe('CAnew')
    expect(asked[0]?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Calls.json`)
    expect(asked[0]?.authorization).toBe(`Basic ${btoa(`${accountSid}:${authToken}`)}`)
    const form = asked[0]?.form
    expect(Object.fromEntries(form ?? [])).toMatchObject({
      To: order.to,
      From: order.from,
      Url: order.url,
      Method: 'POST',
      StatusCallback: order.statusCallback,
    })
    expect(form?.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed'])
  })

  it('is asked again when it stumbles, and not when it refuses', async () => {
    answers = [
      { status: 503, body: { code: 20503, message: 'busy', status: 503 } },
      { status: 429, body: { code: 20429, message: 'too many', status: 429 } },
    ]
    expect(await rest.dial(order)).toBe('CAnew')
    expect(asked).toHaveLength(3)
    answers = [{ status: 400, body: { code: 21211, message: 'invalid To', status: 400 } }]
    await expect(rest.dial(order)).rejects.toMatchObject({ status: 400 })
    expect(asked).toHaveLength(4)
  })

  it('is asked to end a call, and a call that has ended already is no trouble', async () => {
    await rest.hangUp('CA1')
    expect(asked[0]?.path).toBe(`/2010-04-01/Accounts/${accountSid}/Calls/CA1.json`)
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({ Status: 'completed' })
    answers = [{ status: 404, body: { code: 20404, message: 'not found', status: 404 } }]
    await rest.hangUp('CA1')
    expect(lines.join('')).toContain('not ended')
  })

  it('knows whether a call is over, and does not guess when it cannot be asked', async () => {
    const answered = async (status: number, body: unknown) => {
      answers = [{ status, body }]
      return rest.isOver('CA1')
    }
    expect(await answered(200, { status: 'in-progress' })).toBe(false)
    expect(await answered(200, { status: 'completed' })).toBe(true)
    expect(await answered(404, { status: 404 })).toBe(true)
    expect(await answered(503, { status: 503 })).toBe(false)
  })

  it('appears in no log line with its credentials', async () => {
    server.closeAllConnections()
    answers = [{ status: 500, body: {} }]
    await rest.hangUp('CA1')
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.join('')).not.toContain(authToken)
    expect(lines.join('')).not.toContain(btoa(`${accountSid}:${authToken}`))
  })
})
