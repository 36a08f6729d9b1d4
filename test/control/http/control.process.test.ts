import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { exitCodes } from '../../../src/base/child-process.ts'
import type { RpcServer } from '../../../src/base/rpc/rpc-server.ts'
import type { ControlConfig } from '../../../src/contracts/process-config/control-config.ts'
import { apiKey, controlConfig, neighbours, password, linkToken as token } from './control-neighbours.ts'

const entry = path.resolve(import.meta.dirname, '../../../src/control/main.ts')

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

const config = () => controlConfig({ folder, port })

type Started = { readonly child: ChildProcess; readonly lines: string[]; readonly ready: Promise<unknown> }

function start(change: Partial<z.input<typeof ControlConfig>> = {}): Started {
  const child = spawn(process.execPath, [entry], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'], env: {} })
  children.push(child)
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => lines.push(String(text)))
  child.stdin?.end(JSON.stringify({ ...config(), ...change }))
  return { child, lines, ready: once(child, 'message').then(([message]) => message) }
}

const get = (url: string) =>
  fetch(`http://127.0.0.1:${port}${url}`, { headers: { authorization: `Bearer ${apiKey}` } })

describe('the process of control', () => {
  it('says when it is ready, answers, and goes when it is told to', async () => {
    const { child, lines, ready } = start()
    expect(await ready).toEqual({ type: 'ready' })
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(503)
    servers.push(...(await neighbours(folder)).servers)
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
