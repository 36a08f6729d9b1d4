import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export type SippOptions = {
  readonly program: string
  readonly scenario: string
  readonly port: number
  /** Where calls go; none for a server. */
  readonly to?: string
  readonly mediaPort: number
  readonly callId?: string
  /** One after the other; 1 unless told. */
  readonly calls?: number
}

/** One SIPp, for one call unless told. */
export class Sipp {
  readonly #child: ChildProcess
  readonly #dir: string
  readonly ended: Promise<number | null>

  constructor(options: SippOptions) {
    this.#dir = mkdtempSync(path.join(tmpdir(), 'tonewall-sipp-'))
    const file = path.join(this.#dir, 'scenario.xml')
    writeFileSync(file, options.scenario)
    const child = spawn(
      options.program,
      [
        ...(options.to ? [options.to] : []),
        ...['-sf', file, '-i', '127.0.0.1', '-p', String(options.port), '-mi', '127.0.0.1'],
        ...[
          '-mp',
          String(options.mediaPort),
          '-m',
          String(options.calls ?? 1),
          '-nostdin',
          '-trace_err',
          '-timeout',
          '90s',
        ],
        ...(options.to ? ['-l', '1'] : []),
        ...['-recv_timeout', '60000', ...(options.callId ? ['-cid_str', options.callId] : [])],
      ],
      { cwd: this.#dir, env: { TERM: 'dumb' }, stdio: ['ignore', 'ignore', 'ignore'] },
    )
    this.#child = child
    this.ended = new Promise((resolve) => {
      child.once('error', () => resolve(null))
      child.once('exit', (code) => resolve(code))
    })
  }

  /** Waits for a good end; rejects with what SIPp says otherwise. */
  async succeeded(): Promise<void> {
    const code = await this.ended
    if (code !== 0) throw new Error(`sipp ended with ${code}: ${this.errors()}`)
  }

  errors(): string {
    return readdirSync(this.#dir)
      .filter((name) => name.endsWith('_errors.log'))
      .map((name) => readFileSync(path.join(this.#dir, name), 'utf8'))
      .join('\n')
      .slice(0, 2_000)
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
