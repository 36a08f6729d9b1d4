import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findProgram, type RunningKamailio, startKamailio } from '../../../src/cli/kamailio.ts'
import { ApiClient } from '../../../src/demo/api-client.ts'
import { gatewayOf } from '../../../src/demo/demo.ts'
import { DeskWatch } from '../../../src/demo/desk-watch.ts'
import type { SandboxGatewayClient } from '../../../src/demo/sandbox-gateway-client.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../../src/supervisor/throwaway-platform.ts'

const kamailioProgram = findProgram('kamailio')
const sippProgram = findProgram('sipp')

/** What is missing to run these tests; null when nothing is. In CI nothing may be. */
export function missingPackages(): string | null {
  const missing = [
    ...(kamailioProgram ? [] : ['kamailio']),
    ...(sippProgram ? [] : ['sip-tester']),
    ...(process.getuid?.() === 0 ? [] : ['root, for SIPp’s raw sockets']),
  ]
  if (missing.length === 0) return null
  const message = `SIP tests need ${missing.join(', ')}`
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`${message}: skipped`)
  return message
}

export type SipHouse = {
  readonly platform: ThrowawayPlatform
  readonly api: ApiClient
  readonly watch: DeskWatch
  readonly gateway: SandboxGatewayClient
  readonly sipp: string
  readonly ngPort: number
  readonly trunkPort: number
  readonly pbxPort: number
  /** `host:port` of Kamailio. */
  readonly edge: string
  readonly dir: string
  readonly kamailioLines: string[]
  kamailio: RunningKamailio
  restartKamailio(): void
  /** The last lines of everybody, for a test that failed. */
  lastLines(): string
  close(): Promise<void>
}

/** The whole platform with its SIP entry on, and Kamailio before it, all on loopback and on free ports. */
export async function openSipHouse(): Promise<SipHouse> {
  const [ngPort, edgePort, trunkPort, pbxPort] = await freeUdpPorts(4)
  const portMin = 40_000 + 100 * Math.floor(Math.random() * 200)
  const platform = await startThrowawayPlatform({
    sip: {
      ...{ enabled: true, ngPort: ngPort!, portMin, portMax: portMin + 99 },
      edges: [`127.0.0.1:${edgePort}`],
    },
  })
  const api = new ApiClient({ baseUrl: platform.addresses.control, apiKey: platform.credentials.apiKey })
  const watch = new DeskWatch(api)
  const kamailioLines: string[] = []
  const start = () =>
    startKamailio({
      program: kamailioProgram!,
      configDir: path.resolve('config', 'kamailio'),
      listen: `127.0.0.1:${edgePort}`,
      trunk: `127.0.0.1:${trunkPort}`,
      pbx: `127.0.0.1:${pbxPort}`,
      bridges: [`127.0.0.1:${ngPort}`],
      matchPorts: true,
      pingSeconds: 0,
      onLine: (line) => void kamailioLines.push(line),
    })
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-sip-'))
  const house: SipHouse = {
    ...{ platform, api, watch, kamailioLines, dir },
    gateway: gatewayOf(platform),
    sipp: sippProgram!,
    ngPort: ngPort!,
    trunkPort: trunkPort!,
    pbxPort: pbxPort!,
    edge: `127.0.0.1:${edgePort}`,
    kamailio: start(),
    lastLines: () => [...kamailioLines.slice(-40), ...platform.logLines.slice(-40)].join('\n'),
    restartKamailio() {
      house.kamailio = start()
    },
    async close() {
      await house.kamailio.stop()
      await watch.close()
      await platform.stop(0)
      rmSync(dir, { recursive: true, force: true })
    },
  }
  try {
    await answersOptions(edgePort!)
    return house
  } catch (error) {
    await house.close()
    throw new Error(house.lastLines(), { cause: error })
  }
}

/** Settles as soon as Kamailio answers. */
export async function answersOptions(port: number): Promise<void> {
  const socket = createSocket('udp4')
  const answered = new Promise<void>((resolve) => socket.once('message', () => resolve()))
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const ask = () => {
    const own = socket.address().port
    const lines = [
      `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${Math.random().toString(36).slice(2)}`,
      `From: <sip:probe@127.0.0.1:${own}>;tag=probe`,
      `To: <sip:127.0.0.1:${port}>`,
      `Call-ID: probe-${Math.random().toString(36).slice(2)}@127.0.0.1`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 70',
      'Content-Length: 0',
    ]
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1')
  }
  const timer = setInterval(ask, 200)
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error('Kamailio does not answer')), 10_000),
  )
  try {
    await Promise.race([answered, late])
  } finally {
    clearInterval(timer)
    socket.close()
  }
}

export async function freeUdpPorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(
    Array.from({ length: count }, () => {
      const socket = createSocket('udp4')
      return new Promise<typeof socket>((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)))
    }),
  )
  const ports = sockets.map((socket) => socket.address().port)
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))))
  return ports
}
