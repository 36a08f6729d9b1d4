import type { Libc } from './libc.ts'

/** How often is looked for packets while there are sockets, in ms: at most so much is added to a call's delay. */
const everyMs = 5
/** Sockets of one round; what is left waits for the next call, not for the next round. */
const mostEvents = 256
/** Rounds at once, so that a flood keeps nothing else of the process waiting. */
const mostRounds = 16

const readable = 1
const add = 1
const remove = 2
const interrupted = 4

type Readable = { readonly fd: number; ready(): void }

/**
 * Finds the sockets that have something, all of them with one call of the kernel, every few ms: Node's event loop does
 * it with several calls for each packet. A socket has one packet taken in a round, so that none waits for another's.
 */
export class SocketPoller {
  readonly #libc: Libc
  /** By file descriptor: these are small numbers, used again. */
  readonly #sockets: (Readable | undefined)[] = []
  #count = 0
  readonly #onRest: () => void
  /** True during a round: something will be read into the same memory in a moment, or it will be wiped. */
  looking = false
  readonly #events: Buffer
  readonly #words: Int32Array
  readonly #eventsAt: bigint
  /** `epoll_event` is packed on x64 only (epoll_ctl(2)). */
  readonly #eventWords = process.arch === 'x64' ? 3 : 4
  #epoll = -1
  #timer: NodeJS.Timeout | undefined

  /** `onRest`: nothing is left to be read for now. */
  constructor(libc: Libc, onRest: () => void) {
    this.#onRest = onRest
    this.#libc = libc
    this.#events = Buffer.allocUnsafeSlow(4 * this.#eventWords * mostEvents).fill(0)
    this.#words = new Int32Array(this.#events.buffer, this.#events.byteOffset, this.#events.length / 4)
    this.#eventsAt = libc.addressOf(this.#events)
  }

  /** Throws when the kernel refuses. */
  add(socket: Readable): void {
    if (this.#epoll < 0) {
      this.#epoll = this.#libc.epollCreate()
      if (this.#epoll < 0) throw new Error(`epoll_create1: errno ${this.#libc.errno()}`)
    }
    this.#words[0] = readable
    this.#words[this.#eventWords - 2] = socket.fd
    this.#words[this.#eventWords - 1] = 0
    if (this.#libc.epollControl(this.#epoll, add, socket.fd, this.#eventsAt) < 0)
      throw new Error(`epoll_ctl: errno ${this.#libc.errno()}`)
    this.#sockets[socket.fd] = socket
    this.#count++
    this.#timer ??= setInterval(() => this.#look(), everyMs)
  }

  remove({ fd }: Readable): void {
    if (!this.#sockets[fd]) return
    this.#sockets[fd] = undefined
    this.#count--
    this.#libc.epollControl(this.#epoll, remove, fd, this.#eventsAt)
    if (this.#count > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#libc.close(this.#epoll)
    this.#epoll = -1
  }

  #look(): void {
    this.looking = true
    try {
      this.#rounds()
    } finally {
      this.looking = false
      this.#onRest()
    }
  }

  #rounds(): void {
    for (let round = 0; round < mostRounds && this.#epoll >= 0; round++) {
      const count = this.#libc.epollWait(this.#epoll, this.#eventsAt, mostEvents, 0)
      if (count === 0) return
      if (count < 0) {
        const errno = this.#libc.errno()
        if (errno === interrupted) continue
        // Media that nobody reads any more would be a call in silence: the process dies, and its standby takes over.
        throw new Error(`epoll_wait: errno ${errno}`)
      }
      for (let i = 0; i < count; i++) {
        const fd = this.#words[i * this.#eventWords + this.#eventWords - 2]!
        this.#sockets[fd]?.ready()
      }
    }
  }
}
