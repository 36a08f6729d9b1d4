import { type ChildProcess, spawn } from 'node:child_process'
import { backoffMs } from '../base/backoff.ts'
import { exitCodes, FromChild } from '../base/child-process.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { PlannedProcess } from './process-plan.ts'

/** A process could not be started; `exitCode` is what the platform ends with. */
export class ChildNotReady extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

export type ChildOptions = {
  readonly planned: PlannedProcess
  /** The process's main file. */
  readonly entry: string
  readonly readyMs: number
  readonly clock: Clock
  readonly log: Log
  /** Takes whole lines of the child's output. */
  readonly onLine: (line: string) => void
}

/** Steady for this long, and the next crash is again the first. */
const steadyMs = 30_000

/** Keeps one process running: started with an explicit argument list and an empty environment, restarted with backoff. */
export class Child {
  readonly #options: ChildOptions
  #process: ChildProcess | undefined
  #startedAtMs = 0
  #failures = 0
  #stopping = false
  #retry: Timer | undefined

  constructor(options: ChildOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Starts it and waits until it is ready; rejects with ChildNotReady. */
  start(): Promise<void> {
    const { planned, entry, clock, onLine } = this.#options
    const child = spawn(process.execPath, ['--no-warnings', entry], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    })
    this.#process = child
    this.#startedAtMs = clock.monotonicMs()
    for (const stream of [child.stdout, child.stderr]) forwardLines(stream, onLine)
    child.stdin?.on('error', () => {}) // It died before it read; its exit says so.
    child.stdin?.end(JSON.stringify(planned.config))
    return this.#ready(child)
  }

  #ready(child: ChildProcess): Promise<void> {
    const { planned, readyMs, clock } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const fail = (message: string, exitCode: number) => {
      late.cancel()
      child.off('exit', early)
      child.kill('SIGKILL')
      reject(new ChildNotReady(message, exitCode))
    }
    const early = (code: number | null) =>
      fail(`${planned.name} ended (exit code ${code}) before it was ready`, code || exitCodes.failed)
    const late = clock.after(readyMs, () =>
      fail(`${planned.name} was not ready after ${readyMs / 1_000} s`, exitCodes.notReady),
    )
    child.once('exit', early)
    child.on('message', (raw) => {
      const message = FromChild.parse(raw)
      if (message.type === 'ready') {
        late.cancel()
        child.off('exit', early)
        child.on('exit', (code, signal) => this.#exited(code, signal))
        resolve()
      } else if (message.code === 'EADDRINUSE') fail(portTaken(planned), exitCodes.portTaken)
      else fail(`${planned.name} could not start: ${message.message} (${message.code})`, exitCodes.failed)
    })
    return promise
  }

  /** Asks it to drain and stop; after the deadline it is killed. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    this.#retry?.cancel()
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.send({ type: 'stop', deadlineMs })
    const backstop = setTimeout(() => child.kill('SIGKILL'), deadlineMs + 2_000)
    await gone
    clearTimeout(backstop)
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#process = undefined
    if (this.#stopping) return
    const { planned, clock, log } = this.#options
    if (clock.monotonicMs() - this.#startedAtMs > steadyMs) this.#failures = 0
    // One crash is no pattern: live calls wait for this process.
    const again = this.#failures++
    const waitMs =
      again === 0 ? 0 : backoffMs(again - 1, { firstMs: 200, capMs: 10_000, random: Math.random })
    log.error(
      { process: planned.name, exitCode: code, signal, waitMs },
      'a process died and will be started again',
    )
    this.#retry = clock.after(waitMs, () => {
      this.start().then(
        () => log.info({ process: planned.name }, 'a process is back'),
        (error) => {
          log.error({ process: planned.name, error }, 'a process did not come back')
          this.#exited(null, null)
        },
      )
    })
  }
}

function portTaken({ name, config, portKey }: PlannedProcess): string {
  const { listen } = config as { listen?: { host: string; port: number } }
  const key = portKey ?? 'the port'
  const variable = `TONEWALL_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace('.', '_')
    .toUpperCase()}`
  return `${name}: ${listen?.host}:${listen?.port} is taken; stop what listens there, or set ${key} (${variable}) to a free port`
}

function forwardLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let held = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (held + chunk).split('\n')
    held = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  stream?.on('end', () => held && onLine(held))
}
