import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { exitCodes } from '../../../src/base/child-process.ts'
import { silentLog } from '../../../src/base/log.ts'
import { type RpcServer, serveRpc } from '../../../src/base/rpc/rpc-server.ts'
import { Secret } from '../../../src/base/secret.ts'
import { bridgeContract } from '../../../src/contracts/bridge-port.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { vaultContract } from '../../../src/contracts/vault-port.ts'

const entry = path.resolve(import.meta.dirname, '../../../src/control/main.ts')
const apiKey = `tw_test_${'p'.repeat(32)}`
const password = 'a password of the test'
const token = 't'.repeat(43)

let folder: string
let port: number
let children: ChildProcess[] = []
let servers: RpcServer[] = []

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tonewall-main-'))
  port = await freePort()
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(servers.map((server) => server.close()))
  children = []
  servers = []
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: free } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return free
}

function config(): z.input<typeof ControlConfig> {
  return {
    mode: 'sandbox',
    logLevel: 'debug',
    listen: { host: '127.0.0.1', port },
    publicUrl: `http://127.0.0.1:${port}`,
    databaseFile: path.join(folder, 'data', 'tonewall.sqlite'),
    vault: { socketPath: path.join(folder, 'vault.sock'), token },
    bridge: {
      socketPath: path.join(folder, 'bridge.sock'),
      token,
      streamUrl: 'ws://127.0.0.1:1/streams/twilio',
    },
    gateways: [
      {
        id: 'sandbox',
        connector: 'sandbox',
        origin: 'https://localhost:1',
        apiKey: 'sk_sandbox_key_of_the_test',
        caFile: null,
        timeoutMs: 1_000,
      },
    ],
    collection: {
      fields: ['pan', 'expiry', 'csc'],
      acceptedBrands: null,
      limits: { firstDigitMs: 20_000, betweenDigitsMs: 5_000, wholeMs: 300_000 },
    },
    twilio: {
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: 'twilio token of the test',
      apiOrigin: 'http://127.0.0.1:1',
      numbers: [],
    },
    merchants: [
      {
        id: 'mer_test',
        name: 'Test',
        gatewayId: 'sandbox',
        agents: [{ email: 'a@test.example', name: 'A', role: 'admin', password }],
        apiKeys: [{ name: 'k', key: apiKey }],
        webhookEndpoints: [],
      },
    ],
    session: { idleMinutes: 30, longestHours: 12 },
    deskDir: path.join(folder, 'desk'),
    carrierUrl: null,
  }
}

type Started = { readonly child: ChildProcess; readonly lines: string[]; readonly ready: Promise<unknown> }

function start(change: Partial<z.input<typeof ControlConfig>> = {}): Started {
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'], env: {} })
  children.push(child)
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => lines.push(String(text)))
  child.stdin?.end(JSON.stringify({ ...config(), ...change }))
  return { child, lines, ready: once(child, 'message').then(([message]) => message) }
}

async function neighbours(): Promise<void> {
  const link = (name: string) => ({
    socketPath: path.join(folder, name),
    token: new Secret(token),
    log: silentLog,
  })
  const nothing = async () => null
  const bridge = await serveRpc({
    ...link('bridge.sock'),
    contract: bridgeContract,
    handlers: {
      'expect-leg': nothing,
      mask: nothing,
      'route-digits': nothing,
      'stop-digits': nothing,
      unmask: nothing,
      release: nothing,
      snapshot: async () => ({ calls: [] }),
    },
  })
  const refuse = async () => {
    throw new Error('no collection here')
  }
  const vault = await serveRpc({
    ...link('vault.sock'),
    contract: vaultContract,
    handlers: {
      'open-collection': refuse,
      'clear-field': nothing,
      restart: nothing,
      extend: nothing,
      send: refuse,
      discard: nothing,
      list: async () => ({ collectionIds: [] }),
      posture: async () => ({ platform: 'test', protections: [] }),
    },
  })
  servers.push(bridge, vault)
}

const get = (url: string) =>
  fetch(`http://127.0.0.1:${port}${url}`, { headers: { authorization: `Bearer ${apiKey}` } })

describe('the process of control', () => {
  it('says when it is ready, answers, and goes when it is told to', async () => {
    const { child, lines, ready } = start()
    expect(await ready).toEqual({ type: 'ready' })
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(503)
    await neighbours()
    await expect.poll(async () => (await get('/readyz')).status, { timeout: 5_000 }).toBe(200)
    expect(await (await get('/v1/calls')).json()).toEqual({ data: [], nextCursor: null })
    const events = await get('/v1/events')
    expect(events.status).toBe(200)
    child.send({ type: 'stop', deadlineMs: 3_000 })
    const [code] = await once(child, 'exit')
    expect({ code, lines: code === 0 ? [] : lines }).toEqual({ code: exitCodes.ok, lines: [] })
    await events.text().catch(() => '')
    const log = lines.join('')
    expect(log).toContain('control listens')
    for (const secret of [apiKey, password, token]) expect(log).not.toContain(secret)
    expect(readFileSync(config().databaseFile, 'latin1')).not.toContain(apiKey)
  })

  it('keeps a log-in over a crash', async () => {
    const first = start()
    await first.ready
    const answer = await fetch(`http://127.0.0.1:${port}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'log-in' },
      body: JSON.stringify({ email: 'a@test.example', password }),
    })
    expect(answer.status).toBe(201)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(cookie).toMatch(/^tonewall-session=/)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    const second = start()
    await second.ready
    const current = await fetch(`http://127.0.0.1:${port}/v1/sessions/current`, { headers: { cookie } })
    expect(await current.json()).toMatchObject({ agent: { email: 'a@test.example' }, sandbox: null })
  })

  it('goes at once when its supervisor is gone', async () => {
    const { child, ready } = start()
    await ready
    child.disconnect()
    const [code] = await once(child, 'exit')
    expect(code).toBe(exitCodes.ok)
  })

  it('says that its port is taken, with an exit code of its own', async () => {
    const taken = createServer().listen(port, '127.0.0.1')
    await once(taken, 'listening')
    const { child, ready } = start()
    const exit = once(child, 'exit')
    expect(await ready).toMatchObject({ type: 'failed', code: 'EADDRINUSE' })
    expect((await exit)[0]).toBe(exitCodes.portTaken)
    taken.close()
  })
})
