import type { LegNumbers } from '../../leg-numbers.ts'
import type { Rounds } from '../../round-clock.ts'
import type { Departures } from './departures.ts'
import type { Libc } from './libc.ts'
import { type Message, messagesOf, regularBytes } from './message.ts'
import type { StraightWay } from './straight-way.ts'

/** How often is looked for packets while there are sockets, in ms: at most so much is added to a call's delay. */
const everyMs = 5
/** Sockets of one round; what is left waits for the next call, not for the next round. */
const mostEvents = 64
/** Rounds at once, so that a flood keeps nothing else of the process waiting. */
const mostRounds = 64

const readable = 1
const add = 1
const remove = 2
const interrupted = 4

type Readable = {
  readonly fd: number
  /** Takes one packet, and says its octets; a number below zero when there is none. */
  take(into: Message): number
  handle(message: Message, octets: number): void
  /** As `handle`, of what only its peer can have sent. */
  handleOfPeer(message: Message, octets: number): void
  failed(): void
}

/** Descriptors that may be trusted; what lies above takes the longer way. */
const mostDescriptors = 65_536
/** No numbers begin here. */
const withoutNumbers = -1

export type SocketPollerOptions = {
  readonly libc: Libc
  readonly departures: Departures
  readonly rounds: Rounds | undefined
  readonly way: StraightWay | undefined
}

/**
 * Finds the sockets that have something, all of them with one call of the kernel, every few ms: Node's event loop does
 * it with several calls for each packet. A socket has one packet taken in a round, so that none waits for another's. All
 * packets of a round are taken, then all are handled, then all that came of them leaves: each of the three is a long way
 * through other code and memory.
 */
export class SocketPoller {
  readonly #libc: Libc
  /** By file descriptor: these are small numbers, used again. */
  readonly #sockets: (Readable | undefined)[] = []
  #count = 0
  readonly #departures: Departures
  readonly #rounds: Rounds | undefined
  readonly #way: StraightWay | undefined
  /**
   * By descriptor of sockets that only their peer can reach: where their leg's numbers begin, or `withoutNumbers`. 0 of all
   * others.
   */
  readonly #trusted = new Int32Array(mostDescriptors)
  /** The same of the packets of a round, with their descriptors. */
  readonly #ways = new Int32Array(mostEvents)
  readonly #fds = new Int32Array(mostEvents)
  /** Where the packets of a round come in, and their octets. */
  readonly #arrivals: readonly Message[]
  readonly #octets = new Int32Array(mostEvents)
  /** True during a round: what leaves will do so together, and be wiped. */
  looking = false
  /** How often there was nothing left to be read. */
  emptied = 0
  readonly #events: Buffer
  readonly #words: Int32Array
  readonly #eventsAt: bigint
  /** `epoll_event` is packed on x64 only (epoll_ctl(2)). */
  readonly #eventWords = process.arch === 'x64' ? 3 : 4
  #epoll = -1
  #timer: NodeJS.Timeout | undefined

  constructor({ libc, departures, rounds, way }: SocketPollerOptions) {
    this.#libc = libc
    this.#departures = departures
    this.#rounds = rounds
    this.#way = way
    departures.onFailed = (fd) => this.#sockets[fd]?.failed()
    this.#arrivals = messagesOf(libc, mostEvents)
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

  /** Packets of this socket can only be its peer's. */
  trust(fd: number, numbers: LegNumbers | undefined): void {
    if (fd >= mostDescriptors) return
    this.#trusted[fd] = numbers && this.#way?.leads(numbers) ? numbers.at : withoutNumbers
  }

  distrust(fd: number): void {
    if (fd < mostDescriptors) this.#trusted[fd] = 0
  }

  remove({ fd }: Readable): void {
    if (!this.#sockets[fd]) return
    this.distrust(fd)
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
    const departures = this.#departures
    this.looking = true
    this.#rounds?.begin()
    try {
      this.#takeAll()
    } finally {
      this.looking = false
      this.#rounds?.end()
      departures.leave()
      departures.wipe()
      this.#way?.wipe()
    }
  }

  #takeAll(): void {
    for (let round = 0; round < mostRounds && this.#epoll >= 0; round++) {
      const count = this.#libc.epollWait(this.#epoll, this.#eventsAt, mostEvents, 0)
      if (count === 0) {
        this.emptied++
        return
      }
      if (count > 0) this.#round(count)
      else {
        const errno = this.#libc.errno()
        // Media that nobody reads any more would be a call in silence: the process dies, and its standby takes over.
        if (errno !== interrupted) throw new Error(`epoll_wait: errno ${errno}`)
      }
    }
  }

  #round(count: number): void {
    for (let n = 0; n < count; n++) this.#take(n, this.#words[n * this.#eventWords + this.#eventWords - 2]!)
    try {
      const nowMs = this.#rounds?.monotonicMs() ?? 0
      for (let n = 0; n < count; n++) this.#handle(n, nowMs)
    } finally {
      for (let n = 0; n < count; n++) this.#arrivals[n]!.wipe()
    }
    this.#departures.leave()
  }

  #take(n: number, fd: number): void {
    const way = this.#trusted[fd] ?? 0
    this.#ways[n] = way
    this.#fds[n] = fd
    if (way === 0) {
      const socket = this.#sockets[fd]
      this.#octets[n] = socket ? socket.take(this.#arrivals[n]!) : -1
      return
    }
    const octets = this.#arrivals[n]!.receiveFromPeer(fd)
    this.#octets[n] = octets
    if (octets < 0) this.#sockets[fd]?.failed()
  }

  #handle(n: number, nowMs: number): void {
    const octets = this.#octets[n]!
    if (octets < 0) return
    const fd = this.#fds[n]!
    const way = this.#ways[n]!
    const arrival = this.#arrivals[n]!
    if (way === 0) this.#sockets[fd]?.handle(arrival, octets)
    // Who is closed or has another peer since it was taken gets it no more.
    else if (this.#trusted[fd] !== way) return
    else if (octets !== regularBytes || way < 0 || !this.#way!.pass(arrival, way, nowMs))
      this.#sockets[fd]?.handleOfPeer(arrival, octets)
  }
}
