import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Bencoded, bdecode, bencode } from './bencode.ts'

type Answer = Readonly<Record<string, Bencoded>>

/** Debian's rtpengine on loopback, in user space, controlled as Kamailio does it. */
export class Rtpengine {
  readonly #process: ChildProcess
  readonly #socket: Socket
  readonly #ngPort: number
  /** Who waits for the answer to which cookie. */
  readonly #waiting = new Map<string, (answer: Answer) => void>()
  #cookie = 0

  private constructor(process: ChildProcess, socket: Socket, ngPort: number) {
    this.#process = process
    this.#socket = socket
    this.#ngPort = ngPort
    socket.on('message', (bytes) => this.#hear(bytes.toString('latin1')))
  }

  /** Null when it is not installed or does not answer. */
  static async start(): Promise<Rtpengine | null> {
    const probe = createSocket('udp4')
    probe.bind(0, '127.0.0.1')
    await once(probe, 'listening')
    const ngPort = probe.address().port
    probe.close()
    const flags = [
      '--config-file=none',
      '--table=-1',
      '--interface=127.0.0.1',
      `--listen-ng=127.0.0.1:${ngPort}`,
    ]
    const ports = ['--port-min=32000', '--port-max=36000', '--foreground', '--log-stderr', '--log-level=3']
    const child = spawn('rtpengine', [...flags, ...ports, '--num-threads=1', '--delete-delay=0'], {
      stdio: 'ignore',
    })
    let isGone = false
    child.on('error', () => {
      isGone = true
    })
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const daemon = new Rtpengine(child, socket, ngPort)
    for (let i = 0; i < 20 && !isGone && child.exitCode === null; i++) {
      await pause(100)
      if ((await daemon.ask({ command: 'ping' }, 200).catch(() => null))?.result === 'pong') return daemon
    }
    daemon.stop()
    return null
  }

  async ask(command: Readonly<Record<string, Bencoded>>, timeoutMs = 2_000): Promise<Answer> {
    const cookie = `c${this.#cookie++}`
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const timer = setTimeout(
      () => reject(new Error(`rtpengine did not answer ${String(command.command)} within ${timeoutMs} ms`)),
      timeoutMs,
    )
    this.#waiting.set(cookie, resolve)
    this.#socket.send(`${cookie} ${bencode(command)}`, this.#ngPort, '127.0.0.1')
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(cookie)
    }
  }

  #hear(text: string): void {
    const space = text.indexOf(' ')
    this.#waiting.get(text.slice(0, space))?.(bdecode(text.slice(space + 1)) as Answer)
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** Processor time used so far, in seconds (Linux counts it in hundredths). */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  stop(): void {
    this.#process.kill('SIGKILL')
    this.#socket.close()
  }
}
