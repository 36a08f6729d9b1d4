import { type ChildProcess, spawn } from 'node:child_process'
import { exitCodes, FromChild } from '../base/child-process.ts'
import type { Clock } from '../base/clock.ts'
import { ChildNotReady } from './child-not-ready.ts'
import type { PlannedProcess } from './plan/process-plan.ts'

export type LaunchOptions = {
  /** The process's main file. */
  readonly entry: string
  /** Takes whole lines of its output. */
  readonly onLine: (line: string) => void
}

/**
 * A process with an explicit argument list and an empty environment. It loads its code at once, and waits for its
 * part of the configuration on standard input: until `begin` it knows nothing and has opened nothing.
 */
export class LaunchedProcess {
  readonly process: ChildProcess

  constructor({ entry, onLine }: LaunchOptions) {
    this.process = spawn(process.execPath, ['--no-warnings', entry], {
      env: {},
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.process.stdout, this.process.stderr]) forwardLines(stream, onLine)
    this.process.stdin?.on('error', () => {}) // It died before it read; its exit says so.
  }

  get alive(): boolean {
    const { pid, exitCode, signalCode } = this.process
    return pid !== undefined && exitCode === null && signalCode === null
  }

  /** Tells it what to do, and waits until it does; rejects with ChildNotReady, and the process is gone then. */
  begin(planned: PlannedProcess, { readyMs, clock }: { readyMs: number; clock: Clock }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const child = this.process
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
        resolve()
      } else if (message.code === 'EADDRINUSE') fail(portTaken(planned), exitCodes.portTaken)
      else fail(`${planned.name} could not start: ${message.message} (${message.code})`, exitCodes.failed)
    })
    child.stdin?.end(JSON.stringify(planned.config))
    return promise
  }

  /** At once: for a process that has nothing to finish. Settles when it is gone. */
  async kill(): Promise<void> {
    if (!this.alive) return
    const gone = new Promise<void>((resolve) => this.process.once('exit', () => resolve()))
    this.process.kill('SIGKILL')
    await gone
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
