import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { NgCommands } from './ng-commands.ts'
import { readNgDatagram, writeNgDatagram } from './ng-wire.ts'

/** How long a reply is kept for a request that is repeated, in ms: longer than any sender repeats. */
const rememberedMs = 10_000
const rememberedAtMost = 20_000
const receiveBufferBytes = 4 * 1024 * 1024

export type NgServerOptions = {
  readonly host: string
  readonly port: number
  /** Addresses that are answered; packets of others are dropped unread. */
  readonly peers: readonly string[]
  readonly commands: NgCommands
  readonly clock: Clock
  readonly log: Log
}

type Kept = { readonly reply: Promise<Buffer>; readonly atMs: number }

/** The UDP server of the NG protocol. A request that comes again gets the same reply and is not done again. */
export class NgServer {
  readonly #options: NgServerOptions
  readonly #socket: Socket
  readonly #kept = new Map<string, Kept>()

  constructor(options: NgServerOptions) {
    this.#options = options
    const type = isIPv6(options.host) ? 'udp6' : 'udp4'
    this.#socket = createSocket({ type, recvBufferSize: receiveBufferBytes })
    this.#socket.on('message', (bytes, from) => void this.#heard(bytes, from))
  }

  /** Settles with the port that it listens on. */
  listen(): Promise<number> {
    const { host, port, log } = this.#options
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.bind(port, host, () => {
        this.#socket.off('error', reject)
        this.#socket.on('error', (error) => log.warn({ error }, 'NG socket'))
        log.info({ port: this.#socket.address().port }, 'NG protocol listens')
        resolve(this.#socket.address().port)
      })
    })
  }

  close(): void {
    this.#socket.close()
  }

  async #heard(bytes: Buffer, from: RemoteInfo): Promise<void> {
    const { peers, log } = this.#options
    if (!peers.includes(from.address)) {
      log.warn({ from: from.address, reason: 'not-a-peer' }, 'NG message dropped')
      return
    }
    try {
      const reply = await this.#replyTo(bytes, from)
      if (reply) this.#socket.send(reply, from.port, from.address, () => {})
    } catch (error) {
      log.error({ error }, 'NG message not handled')
    }
  }

  #replyTo(bytes: Buffer, from: RemoteInfo): Promise<Buffer> | null {
    const { commands, clock, log } = this.#options
    const datagram = readNgDatagram(bytes)
    // It may hold a key (`play DTMF`).
    bytes.fill(0)
    if (!datagram) {
      log.warn({ from: from.address, reason: 'no-cookie' }, 'NG message dropped')
      return null
    }
    this.#forget()
    const name = `${from.address} ${from.port} ${datagram.cookie}`
    const known = this.#kept.get(name)
    if (known) return known.reply
    const { message } = datagram
    const done = message
      ? commands.perform(message)
      : Promise.resolve({ result: 'error', 'error-reason': 'the message cannot be read' })
    const reply = done.then((answer) => writeNgDatagram(datagram, answer))
    this.#kept.set(name, { reply, atMs: clock.monotonicMs() })
    return reply
  }

  #forget(): void {
    const untilMs = this.#options.clock.monotonicMs() - rememberedMs
    for (const [name, { atMs }] of this.#kept) {
      if (atMs >= untilMs && this.#kept.size < rememberedAtMost) break
      this.#kept.delete(name)
    }
  }
}
