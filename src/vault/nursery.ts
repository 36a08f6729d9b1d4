import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { cardFlags, nurseryFlags } from './launch/flags.ts'
import type { NurseryOrder, NurseryReport } from './launch/nursery-messages.ts'

/** The pool's line to one card process. */
export type CardLine = {
  readonly pid: number | undefined
  readonly alive: boolean
  send(message: object): void
  /** Hands a connection over with the message; `done` runs when this process may close its own copy. */
  hand(message: object, handle: unknown, done: () => void): void
  kill(): void
}

export type CardLineEvents = {
  readonly onMessage: (message: unknown) => void
  /** Once: the process is gone, or never was. */
  readonly onGone: () => void
}

export type Nursery = {
  start(entry: string, events: CardLineEvents): CardLine
  /** Ends whatever is left of it. */
  close(): void
}

export type NurseryOptions = {
  /** Any compiled entry of a card process: `…/vault/card/main.js`. The compiled files are found from it. */
  readonly entry: string
  /** User and group that card processes run as; null keeps the vault's. */
  readonly uid: number | null
}

/** On Linux by way of a process that gave its rights away; elsewhere card processes are started as they are. */
export function openNursery({ entry, uid }: NurseryOptions): Nursery {
  const vaultDir = resolve(dirname(entry), '..')
  const compiledDir = resolve(vaultDir, '..')
  // The compiled files, and the package.json that says they are modules.
  const readable = [compiledDir, join(compiledDir, '..', 'package.json')]
  if (process.platform !== 'linux')
    return { start: (file, events) => startHere({ file, readable, uid }, events), close() {} }
  return new LinuxNursery({ program: join(vaultDir, 'launch', 'nursery.js'), readable, uid })
}

type Line = CardLineEvents & { pid: number | undefined; alive: boolean }

class LinuxNursery implements Nursery {
  readonly #options: {
    readonly program: string
    readonly readable: readonly string[]
    readonly uid: number | null
  }
  readonly #lines = new Map<number, Line>()
  #child: ChildProcess | undefined
  #next = 0

  constructor(options: { program: string; readable: readonly string[]; uid: number | null }) {
    this.#options = options
  }

  start(entry: string, events: CardLineEvents): CardLine {
    const number = this.#next++
    const line: Line = { ...events, pid: undefined, alive: true }
    this.#lines.set(number, line)
    this.#send({ do: 'start', line: number, entry, uid: this.#options.uid })
    return {
      get pid() {
        return line.pid
      },
      get alive() {
        return line.alive
      },
      send: (message) => line.alive && this.#send({ do: 'pass', line: number, message }),
      hand: (message, handle, done) => {
        if (line.alive) this.#send({ do: 'pass', line: number, message }, handle, done)
        else done()
      },
      kill: () => line.alive && this.#send({ do: 'kill', line: number }),
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL')
  }

  #send(order: NurseryOrder, handle?: unknown, done: () => void = () => {}): void {
    const child = this.#open()
    if (child.connected) child.send(order, handle as never, done)
    else done()
  }

  /** Started with the first card process, and again when it is gone: with it went every card. */
  #open(): ChildProcess {
    if (this.#child) return this.#child
    const { program, readable } = this.#options
    // Nothing of the vault's own environment, working folder or descriptors crosses.
    const child = spawn(process.execPath, [...nurseryFlags(readable), program, ...readable], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    })
    this.#child = child
    child.on('message', (report: NurseryReport) => this.#heard(report))
    const lost = () => {
      if (this.#child !== child) return
      this.#child = undefined
      for (const line of [...this.#lines.keys()]) this.#gone(line)
    }
    child.once('exit', lost)
    child.on('error', lost)
    return child
  }

  #heard(report: NurseryReport): void {
    if (report.is === 'open') return
    const line = this.#lines.get(report.line)
    if (!line) return
    if (report.is === 'started') line.pid = report.pid
    else if (report.is === 'said') line.onMessage(report.message)
    else this.#gone(report.line)
  }

  #gone(number: number): void {
    const line = this.#lines.get(number)
    if (!line) return
    this.#lines.delete(number)
    line.alive = false
    line.onGone()
  }
}

type Here = { readonly file: string; readonly readable: readonly string[]; readonly uid: number | null }

function startHere({ file, readable, uid }: Here, { onMessage, onGone }: CardLineEvents): CardLine {
  const child = spawn(process.execPath, [...cardFlags(readable), file], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
    ...(uid === null ? {} : { uid, gid: uid }),
  })
  let alive = true
  const leave = () => {
    if (!alive) return
    alive = false
    onGone()
  }
  child.once('exit', leave)
  // Without a process there is no exit.
  child.on('error', () => child.pid === undefined && leave())
  child.on('message', onMessage)
  return {
    pid: child.pid,
    get alive() {
      return alive
    },
    send: (message) => void (child.connected && child.send(message, () => {})),
    hand: (message, handle, done) => {
      if (child.connected) child.send(message, handle as never, done)
      else done()
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
