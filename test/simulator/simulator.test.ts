import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { SimulatorConfig } from '../../src/contracts/process-config/simulator-config.ts'
import { Carrier } from '../../src/simulator/carrier/carrier.ts'
import { Network } from '../../src/simulator/handset-protocol.ts'
import { createHttpServer } from '../../src/simulator/http-server.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { simulatorConfig } from './simulator-config.ts'

const config = SimulatorConfig.parse(simulatorConfig('http://127.0.0.1:1'))
const { accountSid, voiceUrl, statusUrl } = config

function httpServer(browserDir: string) {
  const carrier = new Carrier({
    accountSid,
    authToken: config.authToken.reveal(),
    voiceUrl,
    statusUrl,
    clock: new ManualClock(),
    log: silentLog,
    library: new Map(),
  })
  return createHttpServer({ ...config, browserDir }, carrier)
}

describe('the simulator', () => {
  it.each([
    ['in production', { mode: 'production' as const }],
    ['beyond loopback, where its handsets would need a log-in', { listen: { host: '0.0.0.0', port: 0 } }],
  ])('does not start %s', async (_where, change) => {
    await expect(startSimulator({ ...config, ...change })).rejects.toMatchObject({
      code: 'SIMULATOR_FORBIDDEN',
    })
  })

  it('does not start without its canned speech', async () => {
    const started = startSimulator({ ...config, mediaDir: 'nowhere' })
    await expect(started).rejects.toMatchObject({ code: 'SIMULATOR_MEDIA_UNUSABLE' })
  })
})

describe('the HTTP side of the simulator', () => {
  it('says that it is well, and what to dial', async () => {
    const server = await httpServer('nowhere')
    expect((await server.inject('/healthz')).json()).toEqual({ status: 'ok', calls: 0 })
    expect(Network.parse((await server.inject('/network')).json()).number).toBe(config.number)
  })

  it('says so when the browser handset has not been built', async () => {
    const server = await httpServer('nowhere')
    expect(await server.inject('/')).toMatchObject({
      statusCode: 503,
      body: expect.stringContaining('npm run build'),
    })
  })

  it('serves the browser handset under a policy without inline script', async () => {
    const page = await mkdtemp(path.join(tmpdir(), 'handset-'))
    await writeFile(path.join(page, 'index.html'), '<!doctype html>')
    const server = await httpServer(page)
    const { statusCode, headers } = await server.inject('/')
    expect(statusCode).toBe(200)
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*(?!;| |$)[^:]/)
    expect(headers['permissions-policy']).toBe('microphone=(self)')
  })

  it('is read by pages of loopback, and by no others', async () => {
    const server = await httpServer('nowhere')
    const ask = (origin: string) => server.inject({ url: '/network', headers: { origin } })
    expect((await ask('http://127.0.0.1:4000')).headers['access-control-allow-origin']).toBe(
      'http://127.0.0.1:4000',
    )
    expect((await ask('https://elsewhere.example')).headers['access-control-allow-origin']).toBeUndefined()
    expect(
      (await ask('http://127.0.0.1.elsewhere.example')).headers['access-control-allow-origin'],
    ).toBeUndefined()
  })
})
