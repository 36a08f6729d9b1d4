import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import type { RelayOrder } from './relay-child.ts'

/** A relay with its real targets in a process of its own, to be killed as the machine would kill it. */
export class RelayProcess {
  readonly #child: ChildProcess
  readonly #gone: Promise<void>

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()))
  }

  /** Settles when it runs; rejects when it ended before. */
  static async start(order: RelayOrder): Promise<RelayProcess> {
    const stdio: ['pipe', 'ignore', 'inherit', 'ipc'] = ['pipe', 'ignore', 'inherit', 'ipc']
    const child = fork(path.join(import.meta.dirname, 'relay-child.ts'), [], {
      ...{ execArgv: ['--no-warnings'], env: {}, stdio },
    })
    child.stdin?.end(JSON.stringify(order))
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', (code) => reject(new Error(`a relay ended before it ran: ${code}`)))
    })
    child.removeAllListeners('exit')
    return new RelayProcess(child)
  }

  /** SIGKILL: nothing is finished, nothing said. Settles when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#gone
  }
}
