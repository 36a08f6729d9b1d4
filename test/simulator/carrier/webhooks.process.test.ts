import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Webhooks } from '../../../src/simulator/carrier/webhooks.ts'

const asked: Array<{ url: string; signature: string }> = []
let status = 200
const server = createServer((request, response) => {
  asked.push({ url: request.url ?? '', signature: String(request.headers['x-twilio-signature']) })
  request.resume()
  response.writeHead(status, { Location: '/elsewhere' }).end('<Response/>')
})
const webhooks = new Webhooks({ authToken: 'token', clock: systemClock, log: silentLog })
let origin: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked.length = 0
  status = 200
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe('a webhook of the simulated carrier', () => {
  it('is signed over its URL without the fragment', async () => {
    const body = await webhooks.ask(
      { url: `${origin}/voice?again=1#rc=2`, method: 'POST' },
      { From: '+447700900123' },
    )
    expect(body).toBe('<Response/>')
    expect(asked).toHaveLength(1)
    const { signature } = asked[0]!
    expect(validateRequest('token', signature, `${origin}/voice?again=1`, { From: '+447700900123' })).toBe(
      true,
    )
  })

  it('puts its parameters into the query of a GET, and signs that', async () => {
    await webhooks.ask({ url: `${origin}/voice?again=1`, method: 'GET' }, { From: '+447700900123' })
    const { url, signature } = asked[0]!
    expect(url).toBe('/voice?again=1&From=%2B447700900123')
    expect(validateRequest('token', signature, origin + url, {})).toBe(true)
  })

  it.each([
    ['once, when nothing else is said', 500, '', 1],
    ['as often as the URL says', 503, '#rc=3&rp=all', 4],
    ['only for what the URL names', 503, '#rc=3&rp=4xx', 1],
    ['and follows no redirect', 302, '', 1],
  ])('that fails is asked %s', async (_how, answer, fragment, times) => {
    status = answer
    const asking = webhooks.ask({ url: `${origin}/voice${fragment}`, method: 'POST' }, {})
    await expect(asking).rejects.toMatchObject({ code: 'SIMULATOR_WEBHOOK_FAILED' })
    expect(asked.filter(({ url }) => url === '/voice').length).toBeGreaterThanOrEqual(times)
    expect(asked.every(({ url }) => url === '/voice')).toBe(true)
  })
})
