import { mkdtempSync, statSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { AppError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { encodeFrame, FrameDecoder, FrameTooLarge } from '../../src/base/rpc/frame-codec.ts'
import { PeerAway, RpcClient } from '../../src/base/rpc/rpc-client.ts'
import { type RpcServerOptions, serveRpc } from '../../src/base/rpc/rpc-server.ts'
import { Secret } from '../../src/base/secret.ts'

const contract = {
  methods: {
    double: { params: z.strictObject({ n: z.number() }), result: z.number() },
    hang: { params: z.strictObject({}), result: z.null() },
    refuse: { params: z.strictObject({}), result: z.null() },
  },
  event: z.strictObject({ type: z.literal('tick') }),
}

class Refused extends AppError {
  readonly code = 'TEST_REFUSED'
  readonly remedy = 'fix-request'
}

const token = new Secret('t'.repeat(32))
const toClose: Array<() => unknown> = []
afterEach(async () => {
  for (const close of toClose.splice(0)) await close()
})

async function serve(socketPath: string, extra: Partial<RpcServerOptions<typeof contract>> = {}) {
  const server = await serveRpc({
    contract,
    socketPath,
    token,
    log: silentLog,
    handlers: {
      double: ({ n }) => n * 2,
      hang: () => new Promise<null>(() => {}),
      refuse: () => Promise.reject(new Refused()),
    },
    ...extra,
  })
  toClose.push(() => server.close())
  return server
}

async function connect(socketPath: string, { as = token, onDown = () => {} } = {}) {
  const up = Promise.withResolvers<void>()
  const events: unknown[] = []
  const client = new RpcClient({
    contract,
    socketPath,
    token: as,
    clock: systemClock,
    log: silentLog,
    onEvent: (event) => events.push(event),
    onUp: () => up.resolve(),
    onDown,
  })
  toClose.push(() => client.close())
  return { client, up: up.promise, events }
}

const freshPath = () => path.join(mkdtempSync(path.join(tmpdir(), 'tonewall-rpc-')), 'test.sock')

describe('two processes on a Unix socket', () => {
  it('answer, refuse by code, and send events', async () => {
    const socketPath = freshPath()
    await serve(socketPath, { onPeer: (peer) => peer.send({ type: 'tick' }) })
    const { client, up, events } = await connect(socketPath)
    await up
    expect(await client.call('double', { n: 21 })).toBe(42)
    await expect(client.call('refuse', {})).rejects.toMatchObject({ code: 'TEST_REFUSED' })
    expect(events).toEqual([{ type: 'tick' }])
  })

  it('let no stranger open the socket file', async () => {
    const socketPath = freshPath()
    await serve(socketPath)
    expect(statSync(socketPath).mode & 0o777).toBe(0o660)
  })

  it('hang up on who does not know the token', async () => {
    const socketPath = freshPath()
    await serve(socketPath)
    const { client } = await connect(socketPath, { as: new Secret('f'.repeat(32)) })
    await new Promise((resolve) =>
      net.connect(socketPath).on('connect', function (this: net.Socket) {
        this.write(encodeFrame({ type: 'hello', token: 'x'.repeat(32) }, 1024))
        this.on('close', resolve)
        this.on('error', () => {})
        this.resume()
      }),
    )
    expect(client.up).toBe(false)
    await expect(client.call('double', { n: 1 })).rejects.toMatchObject({ code: 'PEER_AWAY', sent: false })
  })

  it('reject every pending request when the other side goes, and come back when it does', async () => {
    const socketPath = freshPath()
    const first = await serve(socketPath)
    const down = Promise.withResolvers<void>()
    const { client, up } = await connect(socketPath, { onDown: () => down.resolve() })
    await up
    const hanging = client.call('hang', {}).catch((error: unknown) => error)
    await client.call('double', { n: 1 })
    await first.close()
    await down.promise
    expect(await hanging).toBeInstanceOf(PeerAway)
    expect(await hanging).toMatchObject({ sent: true })
    await serve(socketPath)
    await expect.poll(() => client.up, { timeout: 5_000 }).toBe(true)
    expect(await client.call('double', { n: 2 })).toBe(4)
  })

  it('survive bytes that are no message, other clients untouched', async () => {
    const socketPath = freshPath()
    await serve(socketPath)
    const { client, up } = await connect(socketPath)
    await up
    await new Promise((resolve) =>
      net
        .connect(socketPath)
        .on('close', resolve)
        .on('error', () => {})
        .end('GET / HTTP/1.1\r\n\r\n')
        .resume(),
    )
    expect(await client.call('double', { n: 3 })).toBe(6)
  })
})

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (messages, cut) => {
          const bytes = Buffer.concat(messages.map((message) => encodeFrame(message, 1 << 20)))
          const decoder = new FrameDecoder(1 << 20)
          const out: unknown[] = []
          for (let at = 0; at < bytes.length; at += cut)
            out.push(...decoder.push(bytes.subarray(at, at + cut)))
          expect(out).toEqual(JSON.parse(JSON.stringify(messages)))
        },
      ),
    )
  })

  it('above the cap are refused on both ends', () => {
    expect(() => encodeFrame('x'.repeat(100), 64)).toThrow(FrameTooLarge)
    expect(() => [...new FrameDecoder(64).push(Buffer.from([0, 0, 1, 0]))]).toThrow(FrameTooLarge)
  })
})
