import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import type { Clock, Timer } from '../base/clock.ts'
import type { CollectionEnd } from '../contracts/vault-port.ts'
import type { Finding, Order, Report } from './card-messages.ts'
import { readReport } from './card-reports.ts'
import type { DoorOrder } from './door-messages.ts'
import { cardFlags, launcherFlags } from './launch/flags.ts'
import { CardProcessNotStarted } from './vault-errors.ts'

export type CardProcessOptions = {
  /** The compiled entry: `…/vault/card/main.js`. */
  readonly entry: string
  /** User and group to run as; null keeps the vault's. */
  readonly uid: number | null
  readonly clock: Clock
}

/** After this long, a card process that was told to end is killed. */
const backstopMs = 500
/** From its start to its `ready`. */
const startLimitMs = 15_000

/** The pool's hand on one card process. */
export class CardProcess {
  /** Settles once it can take a card; rejects with CardProcessNotStarted. */
  readonly ready: Promise<readonly Finding[]>
  /** Settles once it is gone from the process table. */
  readonly gone: Promise<void>
  onReport: (report: Report) => void = () => {}
  readonly #child: ChildProcess
  readonly #clock: Clock
  #backstop: Timer | undefined
  #exited = false

  constructor({ entry, uid, clock }: CardProcessOptions) {
    this.#clock = clock
    const [program, args] = commandLine(entry)
    // Nothing of the vault's own environment, working folder or descriptors crosses.
    this.#child = spawn(program, args, {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
      ...(uid === null ? {} : { uid, gid: uid }),
    })
    this.gone = new Promise((settle) => {
      const leave = () => {
        this.#exited = true
        this.#backstop?.cancel()
        settle()
      }
      this.#child.once('exit', leave)
      // Without a process there is no exit.
      this.#child.on('error', () => this.#child.pid === undefined && leave())
    })
    this.ready = new Promise((settle, reject) => {
      const limit = clock.after(startLimitMs, () => this.kill())
      this.#child.on('message', (message) => {
        const report = readReport(message)
        if (!report) this.kill()
        else if (report.type === 'ready') {
          limit.cancel()
          settle(report.findings)
        } else this.onReport(report)
      })
      void this.gone.then(() => {
        limit.cancel()
        reject(new CardProcessNotStarted())
      })
    })
    // Whoever waits sees the rejection; a warm process that nobody waits for must not take the vault down.
    this.ready.catch(() => {})
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get alive(): boolean {
    return !this.#exited
  }

  send(order: Order | DoorOrder): void {
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  /** Hands a connection over with the order; `done` runs when this process may close its own copy. */
  hand(order: Order | DoorOrder, handle: unknown, done: () => void): void {
    if (this.#child.connected) this.#child.send(order, handle as never, done)
    else done()
  }

  /** Zero and go; by force if it does not. */
  stop(why: CollectionEnd): void {
    this.send({ type: 'stop', why })
    this.#backstop ??= this.#clock.after(backstopMs, () => this.kill())
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** On Linux by way of the launcher, which takes the rights away; elsewhere as it is. */
function commandLine(entry: string): [program: string, args: string[]] {
  const vaultDir = resolve(dirname(entry), '..')
  const compiledDir = resolve(vaultDir, '..')
  // The compiled files, and the package.json that says they are modules.
  const readable = [compiledDir, join(compiledDir, '..', 'package.json')]
  if (process.platform !== 'linux') return [process.execPath, [...cardFlags(readable), entry]]
  const launcher = join(vaultDir, 'launch', 'launcher.js')
  return [process.execPath, [...launcherFlags(readable), launcher, entry, ...readable]]
}
