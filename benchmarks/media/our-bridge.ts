import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import { systemClock } from '../../src/base/clock.ts'
import { decodeBencode, encodeBencode } from '../../src/bridge/sip/bencode.ts'
import type { BridgeConfig } from '../../src/contracts/process-config/bridge-config.ts'
import { freePorts } from '../../src/supervisor/free-ports.ts'
import { LaunchedProcess } from '../../src/supervisor/launched-process.ts'
import type { Anchor, Asking } from './anchor.ts'

const ports = { min: 42_000, max: 45_999 }

type Sockets = 'native' | 'dgram'
type Facts = { dir: string; port: number; ngPort: number; sockets: Sockets }

/** The bridge as the supervisor starts it, out of `dist` where there is one, with nobody but a proxy to ask it. */
export async function startBridge(profiled: boolean, sockets: Sockets): Promise<Anchor> {
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-bench-'))
  const built = path.resolve('dist', 'bridge', 'main.js')
  const plain = existsSync(built) ? built : path.resolve('src', 'bridge', 'main.ts')
  const entry = profiled ? path.join(import.meta.dirname, 'profiled-bridge.ts') : plain
  const launched = new LaunchedProcess({ entry, onLine: (line) => process.stderr.write(`${line}\n`) })
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const [listenPort, ngPort] = await freePorts(2)
  const config = configOf({ dir, port: listenPort!, ngPort: ngPort!, sockets })
  await launched.begin({ name: 'bridge', config, portKey: null }, { readyMs: 20_000, clock: systemClock })
  let cookie = 0
  return {
    name: sockets === 'native' ? 'Tonewall' : 'Tonewall (dgram)',
    pid: launched.process.pid!,
    ports,
    flagsOf: { relay: [], mask: [] },
    blocking: {},
    async ask(request: Asking) {
      const name = `c${cookie++} `
      const signal = AbortSignal.timeout(5_000)
      socket.send(Buffer.concat([Buffer.from(name), encodeBencode(request as never)]), ngPort!, '127.0.0.1')
      for (;;) {
        const [message] = (await once(socket, 'message', { signal })) as [Buffer]
        if (message.toString('latin1', 0, name.length) === name)
          return decodeBencode(message.subarray(name.length)) as Record<string, unknown>
      }
    },
    async stop() {
      await launched.kill()
      socket.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function configOf({ dir, port, ngPort, sockets }: Facts): z.input<typeof BridgeConfig> {
  return {
    ...{ mode: 'sandbox', logLevel: 'error', listen: { host: '127.0.0.1', port } },
    ...{ socketPath: path.join(dir, 'bridge.sock'), token: randomBytes(32).toString('hex') },
    ...{ twilioStreamUrl: 'ws://127.0.0.1/streams/twilio', twilioAuthToken: randomBytes(32).toString('hex') },
    ...{ mask: { lookaheadMs: 20, fill: 'noise' }, jitterMs: 200, maxCalls: 1_000 },
    ...{ maxMessageBytes: 16_384, startTimeoutMs: 10_000 },
    sip: {
      ng: { host: '127.0.0.1', port: ngPort },
      ngPeers: ['127.0.0.1'],
      media: { host: '127.0.0.1', advertised: null, portMin: ports.min, portMax: ports.max, sockets },
      ...{ source: 'address', callerInterface: 'external', callerOtherwise: 'offerer', silentMs: 300_000 },
      srtp: { caller: 'accepted', agent: 'accepted' },
      portsDir: path.join(dir, 'sip-calls'),
    },
  }
}
