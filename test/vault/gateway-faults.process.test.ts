import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GatewayCall, GatewayReply } from '../../src/contracts/gateway-call.ts'
import { type CompiledCard, compileCard } from './support/compiled-card.ts'
import { authorise } from './support/gateway-call.ts'
import { type Behaviour, jsonAnswer, startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { VaultHarness } from './support/vault-harness.ts'

let compiled: CompiledCard
let dir: string
let gateway: TestGateway
/** Speaks TLS with a certificate of the right CA for another name. */
let misnamed: TestGateway
/** Speaks TLS with another CA than the one the vault trusts for it. */
let stranger: TestGateway
/** The configuration names no CA for it: those that come with Node count, and none of them knows it. */
let unnamed: TestGateway
/** Takes the connection and never says a word. */
let mute: net.Server
let vault: VaultHarness
const origins = { mute: '', refused: '', nowhere: 'https://no-such-host.invalid' }

beforeAll(async () => {
  compiled = compileCard()
  dir = mkdtempSync(join(tmpdir(), 'tonewall-gateway-'))
  gateway = await startTestGateway(dir)
  misnamed = await startTestGateway(dir, { certificateFor: 'other.example' })
  stranger = await startTestGateway(dir)
  unnamed = await startTestGateway(dir)
  mute = net.createServer((socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  origins.mute = `https://localhost:${(mute.address() as AddressInfo).port}`
  const closed = net.createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  origins.refused = `https://localhost:${(closed.address() as AddressInfo).port}`
  await new Promise((resolve) => closed.close(resolve))
  const allowed = [
    [gateway.origin, gateway.caFile],
    [misnamed.origin, misnamed.caFile],
    [stranger.origin, gateway.caFile],
    [unnamed.origin, null],
    [origins.mute, gateway.caFile],
    [origins.refused, gateway.caFile],
    [origins.nowhere, null],
  ] as const
  const gateways = allowed.map(([origin, caFile]) => ({ connector: 'sandbox', origin, caFile }))
  vault = await VaultHarness.start({ cardEntry: compiled.entry, gateways, warm: 2 })
})

afterAll(async () => {
  await vault?.stop()
  await Promise.all([gateway, misnamed, stranger, unnamed].map((server) => server?.close()))
  mute?.close()
  compiled?.remove()
  rmSync(dir, { recursive: true, force: true })
})

/** Collects a card and sends it once; the collection is left as it is. */
async function send(origin: string, over: Partial<GatewayCall> = {}, last = true) {
  const { collectionId } = await vault.collect({ origin })
  const call = authorise(origin, { timeoutMs: 700, ...over })
  const reply = await vault.client.call('send', { collectionId, call, last })
  return { collectionId, reply }
}

async function sendTo(behaviour: Behaviour): Promise<GatewayReply> {
  gateway.behaviour = behaviour
  const { collectionId, reply } = await send(gateway.origin)
  expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'finished' })
  return reply
}

describe('a request of which no byte left', () => {
  it.each([
    ['refused', () => origins.refused],
    ['dns', () => origins.nowhere],
    ['tls', () => misnamed.origin],
    ['tls', () => stranger.origin],
    ['tls', () => unnamed.origin],
    ['timeout', () => origins.mute],
  ] as const)('is not-sent because of %s, and the card is kept for a retry', async (because, origin) => {
    const { collectionId, reply } = await send(origin())
    expect(reply).toEqual({ kind: 'not-sent', because })
    expect(vault.of(collectionId).at(-1)?.type).toBe('collected')
    await vault.client.call('discard', { collectionId })
    expect(vault.of(collectionId).at(-1)).toMatchObject({ type: 'ended', why: 'discarded' })
  })

  it('is not-sent because of the policy, wherever control tried to move the card', async () => {
    const { collectionId } = await vault.collect({ origin: gateway.origin })
    const before = gateway.requests.length
    for (const call of [
      authorise(gateway.origin, { path: '/v1/notes' }),
      authorise(misnamed.origin),
      authorise(gateway.origin, {
        body: { encoding: 'json', fields: [{ path: ['description'], value: { slot: 'pan' } }] },
      }),
      authorise(gateway.origin, {
        body: { encoding: 'json', fields: [{ path: ['card', 'postcode'], value: { slot: 'postcode' } }] },
      }),
    ]) {
      const reply = await vault.client.call('send', { collectionId, call, last: false })
      expect(reply).toEqual({ kind: 'not-sent', because: 'policy' })
    }
    expect(gateway.requests.length).toBe(before)
    await vault.client.call('discard', { collectionId })
  })

  it('may be followed by one that leaves', async () => {
    const { collectionId, reply } = await send(gateway.origin, { path: '/v1/elsewhere' })
    expect(reply.kind).toBe('not-sent')
    gateway.behaviour = jsonAnswer({ id: 'auth_2' })
    for (const last of [false, true]) {
      const call = authorise(gateway.origin)
      expect(await vault.client.call('send', { collectionId, call, last })).toMatchObject({
        kind: 'answered',
      })
    }
    expect(await vault.event(collectionId, 'ended')).toMatchObject({ why: 'finished' })
  })
})

describe('a request that may have been carried out', () => {
  it.each<[string, Behaviour]>([
    ['timeout', { do: 'hang' }],
    ['reset', { do: 'reset-before-request' }],
    ['reset', { do: 'reset-after-request' }],
    ['reset', { do: 'answer', bytes: '' }],
    ['truncated', { do: 'answer', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id":' }],
    ['truncated', { do: 'answer-then-reset', bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"id":' }],
    ['unreadable', { do: 'answer', bytes: 'not HTTP at all\r\n\r\n' }],
    [
      'too-large',
      { do: 'answer', bytes: `HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(1_000)}` },
    ],
  ])('is no-answer: %s', async (because, behaviour) => {
    expect(await sendTo(behaviour)).toEqual({ kind: 'no-answer', because })
  })

  it.each<[string, Behaviour, number]>([
    ['a server error', jsonAnswer({ error: 'oops' }, '500 Internal Server Error'), 500],
    [
      'a redirect, which is not followed',
      jsonAnswer({}, '302 Found', 'Location: https://evil.example/\r\n'),
      302,
    ],
  ])('is answered by %s', async (_what, behaviour, status) => {
    expect(await sendTo(behaviour)).toMatchObject({ kind: 'answered', status })
  })

  it('is answered by a gateway that sends byte by byte', async () => {
    const { bytes } = jsonAnswer({ id: 'auth_3' }) as { bytes: string }
    expect(await sendTo({ do: 'answer', bytes, pieceBytes: 1 })).toMatchObject({ body: '{"id":"auth_3"}' })
  })
})
