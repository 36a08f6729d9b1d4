import type { Libc } from '../../../../src/bridge/sip/media-socket/libc.ts'
import type { Source } from '../../../../src/bridge/sip/media-socket/media-socket.ts'

type PaperSocket = {
  port: number
  peer: number | undefined
  readonly waiting: { bytes: Buffer; from: number }[]
}

/** The kernel's sockets on paper: what the C library is asked for, on 127.0.0.1, with nothing in between and no time. */
export class PaperKernel {
  readonly sent: { readonly port: number; readonly bytes: Buffer }[] = []
  readonly #sockets = new Map<number, PaperSocket>()
  readonly #memories: { readonly at: bigint; readonly memory: Buffer }[] = []
  #nextFd = 3

  /** A datagram for the socket of this port. Strangers are kept out where a peer is known. */
  deliver(port: number, bytes: Buffer, from: number): void {
    const socket = [...this.#sockets.values()].find((one) => one.port === port)
    if (socket && (socket.peer ?? from) === from) socket.waiting.push({ bytes, from })
  }

  libc(): Libc {
    return {
      socket: () => {
        this.#sockets.set(this.#nextFd, { port: 0, peer: undefined, waiting: [] })
        return this.#nextFd++
      },
      bind: (fd, address) => this.#set(fd, { port: this.#portAt(address) }),
      connect: (fd, address) => this.#set(fd, { peer: this.#portAt(address) || undefined }),
      getsockname: (fd, address) => {
        this.#at(address).writeUInt16BE(this.#sockets.get(fd)!.port, 2)
        return 0
      },
      setsockopt: () => 0,
      recvmsg: (fd, message) => {
        const header = this.#at(message)
        return this.#take(fd, this.#at(header.readBigUInt64LE(16)).readBigUInt64LE(0), (from) => {
          const name = this.#at(header.readBigUInt64LE(0))
          name.fill(0, 0, 16)
          name.writeUInt16LE(2, 0)
          name.writeUInt16BE(from, 2)
          name.set([127, 0, 0, 1], 4)
        })
      },
      sendmsg: (fd, message) => {
        const vector = this.#at(this.#at(message).readBigUInt64LE(16))
        return this.#send(fd, vector.readBigUInt64LE(0), vector.readBigUInt64LE(8))
      },
      recv: (fd, into) => this.#take(fd, into, () => {}),
      send: (fd, from, bytes) => this.#send(fd, from, bytes),
      epollCreate: () => 1,
      epollControl: () => 0,
      epollWait: (_, events, most) => this.#ready(events, most),
      close: (fd) => (this.#sockets.delete(fd) ? 0 : -1),
      errno: () => 11,
      addressOf: (memory) => {
        const at = BigInt(this.#memories.length + 1) << 32n
        this.#memories.push({ at, memory })
        return at
      },
      parseAddress: (_, text, into, at) => into.set(text.split('.').map(Number), at) === undefined,
      formatAddress: (_, from, at) => [...from.subarray(at, at + 4)].join('.'),
    }
  }

  #set(fd: number, facts: Partial<PaperSocket>): number {
    Object.assign(this.#sockets.get(fd)!, facts)
    return 0
  }

  #at(address: bigint): Buffer {
    const { at, memory } = this.#memories[Number(address >> 32n) - 1]!
    return memory.subarray(Number(address - at))
  }

  #portAt(address: bigint): Source['port'] {
    return this.#at(address).readUInt16BE(2)
  }

  #take(fd: number, into: bigint, named: (from: number) => void): number {
    const first = this.#sockets.get(fd)?.waiting.shift()
    if (!first) return -1
    this.#at(into).set(first.bytes)
    named(first.from)
    return first.bytes.length
  }

  #send(fd: number, from: bigint, bytes: bigint): number {
    const { port } = this.#sockets.get(fd)!
    this.sent.push({ port, bytes: Buffer.from(this.#at(from).subarray(0, Number(bytes))) })
    return Number(bytes)
  }

  #ready(events: bigint, most: number): number {
    const words = process.arch === 'x64' ? 3 : 4
    const ready = [...this.#sockets].filter(([, { waiting }]) => waiting.length > 0).slice(0, most)
    for (const [n, [fd]] of ready.entries()) this.#at(events).writeInt32LE(fd, 4 * (n * words + words - 2))
    return ready.length
  }
}
