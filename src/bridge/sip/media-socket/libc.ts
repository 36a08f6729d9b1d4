type Ffi = typeof import('node:ffi')
type Call = (...args: readonly (number | bigint | string)[]) => number | bigint

/** AF_INET and AF_INET6. */
export type Family = 2 | 10

/** What media sockets need of the C library. Numbers below zero are failures; `errno` says which. */
export type Libc = {
  socket(family: Family, type: number): number
  bind(fd: number, address: bigint, bytes: number): number
  connect(fd: number, address: bigint, bytes: number): number
  getsockname(fd: number, address: bigint, bytes: bigint): number
  setsockopt(fd: number, level: number, option: number, value: bigint, bytes: number): number
  recvmsg(fd: number, message: bigint, flags: number): number
  sendmsg(fd: number, message: bigint, flags: number): number
  recv(fd: number, into: bigint, bytes: bigint, flags: number): number
  send(fd: number, from: bigint, bytes: bigint, flags: number): number
  epollCreate(): number
  epollControl(epoll: number, operation: number, fd: number, event: bigint): number
  epollWait(epoll: number, events: bigint, most: number, timeoutMs: number): number
  close(fd: number): number
  /** Of the last call that failed. */
  errno(): number
  /** The address of memory that never moves: a buffer of `Buffer.allocUnsafeSlow`, at least 65 bytes of it. */
  addressOf(memory: Buffer): bigint
  parseAddress(family: Family, text: string, into: Buffer, at: number): boolean
  formatAddress(family: Family, from: Buffer, at: number): string
}

const int = 'int32'
const word = 'uint64'
const pointer = 'pointer'

/** Opens glibc. Null where Node has no ffi, or there is no glibc. Throws nothing. */
export function openLibc(): Libc | null {
  const ffi = process.getBuiltinModule('node:ffi') as Ffi | undefined
  if (!ffi) return null
  try {
    return bindLibc(ffi)
  } catch {
    return null
  }
}

function bindLibc(ffi: Ffi): Libc {
  const { functions } = ffi.dlopen('libc.so.6', {
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
    close: { arguments: [int], return: int },
    inet_pton: { arguments: [int, 'string', word], return: int },
    inet_ntop: { arguments: [int, word, word, int], return: word },
    __errno_location: { arguments: [], return: pointer },
  })
  const c = functions as unknown as Record<keyof typeof functions, Call>
  // The address is the thread's own, and stays.
  const errnoAt = BigInt(c.__errno_location())
  const addressOf = (memory: Buffer) => BigInt(ffi.getRawPointer(memory))
  const text = Buffer.allocUnsafeSlow(128)
  const textAt = addressOf(text)
  const closeOnExec = 0o2_000_000
  return {
    socket: (family, type) => c.socket(family, type, 0) as number,
    bind: c.bind as Libc['bind'],
    connect: c.connect as Libc['connect'],
    getsockname: c.getsockname as Libc['getsockname'],
    setsockopt: c.setsockopt as Libc['setsockopt'],
    recvmsg: c.recvmsg as Libc['recvmsg'],
    sendmsg: c.sendmsg as Libc['sendmsg'],
    recv: c.recv as Libc['recv'],
    send: c.send as Libc['send'],
    epollCreate: () => c.epoll_create1(closeOnExec) as number,
    epollControl: c.epoll_ctl as Libc['epollControl'],
    epollWait: c.epoll_wait as Libc['epollWait'],
    close: c.close as Libc['close'],
    errno: () => ffi.getInt32(errnoAt),
    addressOf,
    parseAddress: (family, address, into, at) =>
      c.inet_pton(family, address, addressOf(into) + BigInt(at)) === 1,
    formatAddress(family, from, at) {
      c.inet_ntop(family, addressOf(from) + BigInt(at), textAt, text.length)
      return text.toString('latin1', 0, text.indexOf(0))
    },
  }
}
