import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { z } from 'zod'
import { TonewallClient } from '../../src/client/client.ts'

const entry = path.resolve(import.meta.dirname, 'control-child.ts')
/** Its port, or what runChild tells a supervisor. */
const FromControl = z.looseObject({ port: z.number().optional(), type: z.string().optional() })
const startMs = 240_000

export type ControlProcessOptions = {
  readonly config: object
  readonly originMs: number
  readonly broken: string | null
  readonly apiKey: string
  /** Where compiled code is kept from one life to the next. */
  readonly codeCache: string
}

/** One life of control after another: killed with SIGKILL, by us or by itself, and started again on the same store. */
export class ControlProcess {
  readonly #options: ControlProcessOptions
  #child: ChildProcess | undefined
  #gone: Promise<void> = Promise.resolve()
  #api: TonewallClient | undefined
  #baseUrl = ''
  lives = 0

  constructor(options: ControlProcessOptions) {
    this.#options = options
  }

  get api(): TonewallClient {
    if (!this.#api) throw new Error('control has not been started')
    return this.#api
  }

  get baseUrl(): string {
    return this.#baseUrl
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get alive(): boolean {
    const child = this.#child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  async start(): Promise<void> {
    const { config, originMs, broken, apiKey, codeCache } = this.#options
    const child = spawn(process.execPath, ['--no-warnings', entry], {
      env: { NODE_COMPILE_CACHE: codeCache },
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    this.lives++
    let said = ''
    child.stderr?.on('data', (text) => {
      said = (said + String(text)).slice(-2_000)
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(JSON.stringify({ control: config, originMs, broken }))
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()))
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const late = setTimeout(() => reject(new Error(`control was not ready: ${said}`)), startMs)
    child.on('message', (raw) => {
      const message = FromControl.parse(raw)
      if (message.port !== undefined) resolve(message.port)
      else if (message.type === 'failed') reject(new Error(`control could not start: ${JSON.stringify(raw)}`))
    })
    child.once('exit', (code) => reject(new Error(`control ended (${code}) before it was ready: ${said}`)))
    const port = await promise.finally(() => clearTimeout(late))
    this.#baseUrl = `http://127.0.0.1:${port}`
    this.#api = new TonewallClient({ baseUrl: this.#baseUrl, apiKey })
  }

  /** The process kills itself once it has run these statements, in this order. */
  killAfter(statements: readonly string[]): void {
    if (this.#child?.connected) this.#child.send({ killAfter: statements }, () => {})
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  /** Resolves when the process that runs now has ended. */
  gone(): Promise<void> {
    return this.#gone
  }
}
