import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import { createGatewayClient, type GatewayClient } from '../../../src/control/clients/gateway-client.ts'
import { type Identity, identityIn } from '../../../src/sandbox/certificate-authority.ts'

let dir: string
let identity: Identity
let server: Server
let origin: string
let client: GatewayClient
let handle: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'gateway-'))
  identity = await identityIn({ dataDir: dir, hosts: ['127.0.0.1'], nowMs: Date.now() })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

beforeEach(async () => {
  server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) =>
    handle(request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  client = clientFor(origin, path.join(dir, 'ca.pem'))
})
afterEach(async () => {
  await client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const clientFor = (at: string, caFile: string | null) => {
  const gateway = {
    id: 'g',
    connector: 'sandbox',
    origin: at,
    apiKey: new Secret('k'),
    caFile,
    timeoutMs: 1_000,
  }
  return createGatewayClient({ gateways: [gateway], clock: systemClock, log: silentLog })
}

const call = (change: Partial<GatewayCall> = {}): GatewayCall => ({
  connector: 'sandbox',
  operation: 'inquire',
  method: 'GET',
  origin,
  path: '/v1/x?y=1',
  headers: [{ name: 'Authorization', value: 'Bearer k' }],
  timeoutMs: 400,
  ...change,
})

describe('a call to a gateway', () => {
  it('is answered with status, body, and only the headers that a connector may see', async () => {
    handle = (request, response) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        'x-request-id': 'r1',
        'set-cookie': 'a=b',
      })
      response.end(
        JSON.stringify({ method: request.method, url: request.url, auth: request.headers.authorization }),
      )
    }
    const reply = await client.send(call())
    expect(reply).toEqual({
      kind: 'answered',
      status: 201,
      headers: { 'content-type': 'application/json', 'x-request-id': 'r1' },
      body: '{"method":"GET","url":"/v1/x?y=1","auth":"Bearer k"}',
    })
  })

  it.each([
    ['json', 'application/json', '{"a":1,"b":{"c":null,"d":"ü"}}'],
    ['form', 'application/x-www-form-urlencoded', 'a=1&b%5Bc%5D=&b%5Bd%5D=%C3%BC'],
  ] as const)('writes a %s body', async (encoding, type, expected) => {
    let seen = ''
    handle = async (request, response) => {
      for await (const chunk of request) seen += chunk
      response.end(request.headers['content-type'])
    }
    const fields = [
      { path: ['a'], value: 1 },
      { path: ['b', 'c'], value: null },
      { path: ['b', 'd'], value: 'ü' },
    ]
    const reply = await client.send(call({ method: 'POST', body: { encoding, fields } }))
    expect(reply).toMatchObject({ kind: 'answered', body: type })
    expect(seen).toBe(expected)
  })

  it('does not follow a redirect', async () => {
    handle = (_request, response) => response.writeHead(307, { location: 'https://evil.example/' }).end()
    expect(await client.send(call())).toMatchObject({ kind: 'answered', status: 307 })
  })
})

describe('what is certain when there is no answer', () => {
  it('not sent: nobody listens', async () => {
    const nobody = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => nobody.once('listening', resolve))
    const free = `https://127.0.0.1:${(nobody.address() as AddressInfo).port}`
    await new Promise((resolve) => nobody.close(resolve))
    const lonely = clientFor(free, path.join(dir, 'ca.pem'))
    expect(await lonely.send(call({ origin: free }))).toEqual({ kind: 'not-sent', because: 'refused' })
    await lonely.close()
  })

  it('not sent: the certificate is of a CA that is not trusted', async () => {
    const strict = clientFor(origin, null)
    expect(await strict.send(call())).toEqual({ kind: 'not-sent', because: 'tls' })
    await strict.close()
  })

  it('not sent: an origin that is not configured, or a call that has a slot for a card', async () => {
    const policy = { kind: 'not-sent', because: 'policy' }
    expect(await client.send(call({ origin: 'https://other.example' }))).toEqual(policy)
    const fields = [{ path: ['card'], value: { slot: 'pan' as const } }]
    expect(await client.send(call({ method: 'POST', body: { encoding: 'json', fields } }))).toEqual(policy)
  })

  it('no answer: the gateway hangs', async () => {
    handle = () => {}
    expect(await client.send(call())).toEqual({ kind: 'no-answer', because: 'timeout' })
  })

  it('no answer: the connection is reset after the request', async () => {
    handle = (request) => request.socket.destroy()
    expect(await client.send(call())).toEqual({ kind: 'no-answer', because: 'reset' })
  })

  it('no answer: the body ends too early', async () => {
    handle = (request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"half":')
      setImmediate(() => request.socket.destroy())
    }
    expect(await client.send(call())).toEqual({ kind: 'no-answer', because: 'truncated' })
  })

  it('no answer: the body never ends', async () => {
    handle = (_request, response) => {
      response.on('error', () => {})
      const block = Buffer.alloc(64 * 1024, 32)
      const pour = () => {
        if (response.destroyed) return
        response.write(block)
        setImmediate(pour)
      }
      pour()
    }
    expect(await client.send(call())).toEqual({ kind: 'no-answer', because: 'too-large' })
  })
})
