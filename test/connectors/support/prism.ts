import { type ChildProcess, spawn } from 'node:child_process'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { bodyOf } from './every-call.ts'

const prismEntry = path.resolve(
  import.meta.dirname,
  '../../../node_modules/@stoplight/prism-cli/dist/index.js',
)
const startMs = 60_000

/** A server that answers only what a description allows, and refuses (422) what it does not. */
export class Prism {
  readonly #child: ChildProcess
  readonly #port: number

  static async start(description: string): Promise<Prism> {
    const port = await freePort()
    const prism = new Prism(description, port)
    await prism.#listening()
    return prism
  }

  private constructor(description: string, port: number) {
    this.#port = port
    const args = [prismEntry, 'mock', '--errors', '--host', '127.0.0.1', '--port', String(port), description]
    // No environment: its version check has nothing to find its way with.
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env: {} })
  }

  #listening(): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = ''
      const timer = setTimeout(() => reject(new Error('Prism did not start')), startMs)
      this.#child.once('exit', () => reject(new Error('Prism ended')))
      this.#child.stdout?.on('data', (chunk: Buffer) => {
        said = `${said}${chunk.toString('utf8')}`.slice(-4_096)
        if (!said.includes('Prism is listening')) return
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Sends a call as it leaves the card process. `prefer` asks for a status or a named example. */
  async send(call: GatewayCall, prefer?: string): Promise<GatewayReply & { kind: 'answered' }> {
    const headers = new Headers(call.headers.map(({ name, value }) => [name, value]))
    if (prefer) headers.set('prefer', prefer)
    if (call.body) headers.set('content-type', 'application/json')
    // The description's paths begin after the version, which stands in its server's address.
    const url = `http://127.0.0.1:${this.#port}${call.path.replace(/^(\/checkout)?\/v\d+/, '')}`
    const body = call.body ? bodyOf(call) : null
    const response = await fetch(url, { method: call.method, headers, body })
    return { kind: 'answered', status: response.status, headers: {}, body: await response.text() }
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      this.#child.kill('SIGKILL')
    })
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
