import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AddressGuard } from '../../../src/control/egress/address-guard.ts'
import { createGuardedAgent } from '../../../src/control/egress/guarded-agent.ts'
import type { ResolveHost } from '../../../src/control/egress/resolve-host.ts'

/** Listens on every loopback address, and notes which one was dialled. */
let server: Server
let port: number
let dialled: string[]
beforeEach(async () => {
  dialled = []
  server = createServer((incoming, response) => {
    dialled.push(incoming.socket.localAddress ?? '')
    // Closed after each, so that every request is a connection of its own.
    const headers = { connection: 'close', location: `http://127.0.0.1:${port}/inside` }
    response.writeHead(incoming.url === '/away' ? 302 : 200, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

/** 127.0.0.2 stands for the public internet here, and the rest of loopback for our own network. */
const publicNet = ['127.0.0.2/32']

async function dial(
  url: string,
  { resolve = async () => ['127.0.0.2'], ports = null, allow = publicNet }: Partial<Dial> = {},
) {
  const guard = new AddressGuard({ ports, allow })
  const dispatcher = createGuardedAgent({ guard, resolve, connectMs: 2_000, answerMs: 2_000 })
  try {
    const { statusCode, body } = await request(url, { dispatcher })
    await body.dump()
    return statusCode
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await dispatcher.destroy()
  }
}
type Dial = { resolve: ResolveHost; ports: number[] | null; allow: string[] }

describe('an agent for addresses that merchants choose', () => {
  it('dials the address that was checked', async () => {
    expect(await dial(`http://shop.example:${port}/`)).toBe(200)
    expect(dialled).toEqual(['127.0.0.2'])
  })

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0177.0.0.1', '127.1'])(
    'refuses the literal %s, however it is written',
    async (host) => {
      expect(await dial(`http://${host}:${port}/`)).toBe('ADDRESS_REFUSED')
      expect(dialled).toEqual([])
    },
  )

  it('refuses a name that leads inside', async () => {
    expect(await dial(`http://shop.example:${port}/`, { resolve: async () => ['127.0.0.1'] })).toBe(
      'ADDRESS_REFUSED',
    )
    expect(dialled).toEqual([])
  })

  it('refuses a name that leads inside and outside at once', async () => {
    const resolve = async () => ['127.0.0.2', '::ffff:127.0.0.1']
    expect(await dial(`http://shop.example:${port}/`, { resolve })).toBe('ADDRESS_REFUSED')
    expect(dialled).toEqual([])
  })

  it('asks the name server once for a connection, so that rebinding has no moment to happen in', async () => {
    let asked = 0
    // Public for the one that checks, inside for the one that dials: what a rebinding name server answers.
    const resolve = async () => (asked++ % 2 === 0 ? ['127.0.0.2'] : ['127.0.0.1'])
    expect(await dial(`http://rebind.example:${port}/`, { resolve })).toBe(200)
    expect([asked, dialled]).toEqual([1, ['127.0.0.2']])
    expect(await dial(`http://rebind.example:${port}/`, { resolve })).toBe('ADDRESS_REFUSED')
    expect([asked, dialled]).toEqual([2, ['127.0.0.2']])
  })

  it('checks each new connection of the same agent', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2']]
    const guard = new AddressGuard({ ports: null, allow: publicNet })
    const resolve = async () => answers.shift() ?? []
    const dispatcher = createGuardedAgent({ guard, resolve, connectMs: 2_000, answerMs: 2_000 })
    const seen: unknown[] = []
    for (let n = 0; n < 3; n++)
      seen.push(
        await request(`http://rebind.example:${port}/`, { dispatcher }).then(
          async ({ statusCode, body }) => {
            await body.dump()
            return statusCode
          },
          (error: { code: string }) => error.code,
        ),
      )
    await dispatcher.destroy()
    expect(seen).toEqual([200, 'ADDRESS_REFUSED', 200])
    expect(dialled).toEqual(['127.0.0.2', '127.0.0.2'])
  })

  it('does not follow a redirect', async () => {
    expect(await dial(`http://shop.example:${port}/away`)).toBe(302)
    expect(dialled).toHaveLength(1)
  })

  it('dials the configured ports only', async () => {
    expect(await dial(`http://shop.example:${port}/`, { ports: [443] })).toBe('ADDRESS_REFUSED')
    expect(await dial(`http://shop.example:${port}/`, { ports: [443, port] })).toBe(200)
    // The port that is meant when none is named counts too.
    expect(await dial('http://shop.example/', { ports: [443] })).toBe('ADDRESS_REFUSED')
  })

  it('says so when there is no such name', async () => {
    const resolve = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    expect(await dial(`http://shop.example:${port}/`, { resolve })).toBe('ENOTFOUND')
  })
})
