import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../src/base/clock.ts'
import { newId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { RpcClient } from '../../../src/base/rpc/rpc-client.ts'
import { Secret } from '../../../src/base/secret.ts'
import { type BridgeContract, type BridgeEvent, bridgeContract } from '../../../src/contracts/bridge-port.ts'

const main = fileURLToPath(new URL('../../../src/bridge/main.ts', import.meta.url))
const streamUrl = 'wss://pay.example.com/streams/twilio'
const authToken = 'a-token-of-an-account-that-is-nobodys'

export type Overrides = {
  maxCalls?: number
  jitterMs?: number
  startTimeoutMs?: number
  listen?: { host: string; port: number }
}

/** The real bridge as a child process, as the supervisor starts it, and what a test needs to talk to it. */
export class BridgeProcess {
  readonly child: ChildProcess
  readonly dir: string
  readonly token = randomBytes(32).toString('base64url')
  readonly lines: string[] = []
  readonly events: BridgeEvent[] = []
  port = 0
  #clients: RpcClient<BridgeContract>[] = []
  #listeners = new Set<() => void>()

  private constructor(overrides: Overrides) {
    this.dir = mkdtempSync(join(tmpdir(), 'bridge-'))
    this.child = spawn(process.execPath, [main], { env: {}, stdio: ['pipe', 'pipe', 'inherit', 'ipc'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        this.lines.push(line)
        const { message, port } = JSON.parse(line) as { message: string; port?: number }
        if (message === 'listening') this.port = port ?? 0
      }
      this.#changed()
    })
    const config = {
      mode: 'sandbox',
      logLevel: 'info',
      socketPath: this.socketPath,
      token: this.token,
      listen: { host: '127.0.0.1', port: 0 },
      twilioStreamUrl: streamUrl,
      twilioAuthToken: authToken,
      mask: { lookaheadMs: 20, fill: 'noise' },
      jitterMs: 400,
      maxCalls: 20,
      maxMessageBytes: 65_536,
      startTimeoutMs: 1_000,
      ...overrides,
    }
    this.child.stdin?.end(JSON.stringify(config))
  }

  get socketPath(): string {
    return join(this.dir, 'bridge.sock')
  }

  static async start(overrides: Overrides = {}): Promise<BridgeProcess> {
    const bridge = new BridgeProcess(overrides)
    await new Promise<void>((resolve, reject) => {
      bridge.child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)))
      bridge.child.on('message', (message) => {
        if ((message as { type: string }).type === 'ready') resolve()
        else reject(new Error(JSON.stringify(message)))
      })
    })
    await bridge.until(() => bridge.port > 0)
    return bridge
  }

  /** A control of its own, greeted. */
  async control(): Promise<RpcClient<BridgeContract>> {
    let client: RpcClient<BridgeContract> | undefined
    await new Promise<void>((resolve) => {
      client = new RpcClient({
        contract: bridgeContract,
        socketPath: this.socketPath,
        token: new Secret(this.token),
        clock: systemClock,
        log: silentLog,
        onEvent: (event) => {
          this.events.push(event)
          this.#changed()
        },
        onUp: resolve,
      })
      this.#clients.push(client)
    })
    return client!
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/streams/twilio`
  }

  get signature(): string {
    return createHmac('sha1', authToken).update(streamUrl).digest('base64')
  }

  /** Waits for an event or a log line that makes `holds` true. */
  until(holds: () => boolean, withinMs = 5_000): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(check)
        reject(new Error(`not seen within ${withinMs} ms; the last lines: ${this.lines.slice(-3).join(' ')}`))
      }, withinMs)
      const check = () => {
        if (!holds()) return
        clearTimeout(timer)
        this.#listeners.delete(check)
        resolve()
      }
      this.#listeners.add(check)
    })
  }

  logged(message: string): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line)).filter((line) => line.message === message)
  }

  async stop(deadlineMs = 0): Promise<number | null> {
    for (const client of this.#clients) client.close()
    const code = await new Promise<number | null>((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve(this.child.exitCode)
      this.child.once('exit', resolve)
      this.child.send({ type: 'stop', deadlineMs })
    })
    rmSync(this.dir, { recursive: true, force: true })
    return code
  }

  #changed(): void {
    for (const check of [...this.#listeners]) check()
  }
}

export function newCallId(): string {
  return newId('call', Date.now())
}

export function newCollectionId(): string {
  return newId('collection', Date.now())
}
