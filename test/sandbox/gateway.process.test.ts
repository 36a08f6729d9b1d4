import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes, FromChild } from '../../src/base/child-process.ts'
import { GatewayClient } from './gateway-client.ts'
import { apiKey, sale } from './running-gateway.ts'

const main = path.resolve(import.meta.dirname, '../../src/sandbox/main.ts')
let dataDir: string
let children: ChildProcess[]
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tonewall-sandbox-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts the process as the supervisor does: configuration on standard input, an empty environment, IPC. */
async function start(port: number) {
  const child = spawn(process.execPath, [main], { env: {}, stdio: ['pipe', 'ignore', 'ignore', 'ipc'] })
  children.push(child)
  const config = { mode: 'sandbox', logLevel: 'info', listen: { host: '127.0.0.1', port }, dataDir, apiKey }
  child.stdin!.end(JSON.stringify(config))
  const said = FromChild.parse(await new Promise((resolve) => child.once('message', resolve)))
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, said, exit }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('the sandbox process', () => {
  it('has in its ledger after a SIGKILL what it had answered before, and answers the resend with it', async () => {
    const port = await freePort()
    const first = await start(port)
    expect(first.said).toEqual({ type: 'ready' })
    const client = new GatewayClient({ port, dataDir, apiKey })
    const sales = Array.from({ length: 20 }, () => sale())
    const answers = []
    for (const body of sales)
      answers.push(await client.post('/v1/authorisations', body, { key: body.ourReference }))
    await client.fault({ fault: 'reset-after-commit' })
    const lost = sale()
    await expect(client.post('/v1/authorisations', lost, { key: 'lost' })).rejects.toThrow()
    first.child.kill('SIGKILL')
    await first.exit

    const second = await start(port)
    const again = new GatewayClient({ port, dataDir, apiKey })
    const references = (await again.ledger()).map(({ ourReference }) => ourReference)
    expect(references).toEqual([...sales, lost].map(({ ourReference }) => ourReference))
    const replay = await again.post('/v1/authorisations', sales[0], { key: sales[0]!.ourReference })
    expect(replay.body).toBe(answers[0]!.body)
    const found = await again.post('/v1/authorisations', lost, { key: 'lost' })
    expect([found.json.outcome, found.headers['idempotent-replayed']]).toEqual(['approved', 'true'])
    expect(await again.ledger()).toHaveLength(21)

    second.child.send({ type: 'stop', deadlineMs: 1_000 })
    expect(await second.exit).toBe(exitCodes.ok)
  })

  it('says with its exit code that its port is taken', async () => {
    const port = await freePort()
    await start(port)
    const { said, exit } = await start(port)
    expect(said).toMatchObject({ type: 'failed', code: 'EADDRINUSE' })
    expect(await exit).toBe(exitCodes.portTaken)
  })

  it('ends with its supervisor', async () => {
    const { child, exit } = await start(await freePort())
    child.disconnect()
    expect(await exit).toBe(exitCodes.ok)
  })
})
