const ffi = process.getBuiltinModule('node:ffi')!
const int = 'int32'
const word = 'uint64'

const library = ffi.dlopen('libc.so.6', {
  socket: { arguments: [int, int, int], return: int },
  bind: { arguments: [int, word, int], return: int },
  connect: { arguments: [int, word, int], return: int },
  getsockname: { arguments: [int, word, word], return: int },
  setsockopt: { arguments: [int, int, int, word, int], return: int },
  recvmsg: { arguments: [int, word, int], return: int },
  sendmsg: { arguments: [int, word, int], return: int },
  recv: { arguments: [int, word, word, int], return: int },
  send: { arguments: [int, word, word, int], return: int },
  epoll_create1: { arguments: [int], return: int },
  epoll_ctl: { arguments: [int, int, int, word], return: int },
  epoll_wait: { arguments: [int, word, int, int], return: int },
  mmap: { arguments: [word, word, int, int, int, word], return: word },
  syscall: { arguments: [word, word, word, word, word, word, word], return: 'int64' },
})
/** The C library, as far as it is needed here. */
export const c = library.functions as unknown as Record<
  keyof typeof library.functions,
  (...args: readonly (number | bigint)[]) => number | bigint
>
export const dontWait = 0x40
export const most = 256
export const room = 2_048

/** Memory that never moves, with its address; kept for as long as the process lives. */
export function memoryOf(bytes: number): { readonly memory: Buffer; readonly at: bigint } {
  const memory = Buffer.allocUnsafeSlow(Math.max(128, bytes)).fill(0)
  kept.push(memory)
  return { memory, at: BigInt(ffi.getRawPointer(memory)) }
}
const kept: Buffer[] = []

export function mapped(fd: number, bytes: number, offset: bigint, flags: number): ArrayBuffer {
  const at = c.mmap(0n, BigInt(bytes), 3, flags, fd, offset) as bigint
  return ffi.toArrayBuffer(at, bytes, false)
}

export function system(number: number, ...args: readonly (number | bigint)[]): number {
  const all = [number, ...args, 0, 0, 0, 0, 0, 0].slice(0, 7).map(BigInt)
  return Number(c.syscall(...all))
}

export type Sockets = {
  readonly fds: readonly number[]
  readonly ports: readonly number[]
  /** By number of the socket: 1 when its peer is known. Its neighbour (n ^ 1) is the other party's. */
  readonly known: Uint8Array
  readonly places: readonly bigint[]
  readonly slab: Buffer
  /** As recvmsg(2) has it, into a place; the sender becomes the socket's peer. */
  receiveFirst(n: number, place: number): number
  /** Makes the packet in a place one of the stream that leaves by socket n. */
  rewrite(n: number, place: number): void
  readonly headers: readonly bigint[]
  readonly headerWords: Int32Array
}

/** UDP sockets on loopback, and memory for a round of packets. */
export function openSockets(count: number): Sockets {
  const name = memoryOf(128)
  const value = memoryOf(128)
  const open = (): readonly [number, number] => {
    const fd = c.socket(2, 2 | 0o4000, 0) as number
    value.memory.writeInt32LE(524_288)
    c.setsockopt(fd, 1, 8, value.at, 4)
    name.memory.fill(0)
    name.memory.writeUInt16LE(2, 0)
    name.memory.writeUInt32BE(0x7f000001, 4)
    c.bind(fd, name.at, 16)
    value.memory.writeInt32LE(28)
    c.getsockname(fd, name.at, value.at)
    return [fd, name.memory.readUInt16BE(2)]
  }
  const opened = Array.from({ length: count }, open)
  const fds = opened.map(([fd]) => fd)
  const slab = memoryOf(room * most)
  const places = Array.from({ length: most }, (_, n) => slab.at + BigInt(n * room))
  const head = memoryOf(128 * most)
  const headers = Array.from({ length: most }, (_, n) => head.at + BigInt(128 * n))
  for (const [n, at] of headers.entries()) {
    head.memory.writeBigUInt64LE(at + 72n, 128 * n)
    head.memory.writeBigUInt64LE(at + 56n, 128 * n + 16)
    head.memory.writeBigUInt64LE(1n, 128 * n + 24)
    head.memory.writeBigUInt64LE(places[n]!, 128 * n + 56)
  }
  const headerWords = new Int32Array(head.memory.buffer, head.memory.byteOffset, 32 * most)
  const known = new Uint8Array(count)
  const numbers = new Int32Array(16 * count)
  return {
    ...{ fds, ports: opened.map(([, port]) => port), known, places, slab: slab.memory, headers, headerWords },
    receiveFirst(n, place) {
      headerWords[32 * place + 2] = 28
      headerWords[32 * place + 16] = room
      const octets = c.recvmsg(fds[n]!, headers[place]!, dontWait) as number
      if (octets > 0 && known[n] === 0) {
        c.connect(fds[n]!, headers[place]! + 72n, 16)
        known[n] = 1
      }
      return octets
    },
    rewrite(n, place) {
      const from = place * room
      const sequence = numbers[16 * n]!++
      numbers[16 * n + 1]! += 160
      const timestamp = numbers[16 * n + 1]!
      slab.memory[from + 2] = sequence >> 8
      slab.memory[from + 3] = sequence
      slab.memory.writeInt32BE(timestamp, from + 4)
      slab.memory.writeInt32BE(n, from + 8)
    },
  }
}
