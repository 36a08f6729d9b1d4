import { dlopen, getInt32, getRawPointer } from 'node:ffi'

/** What the sandbox needs of the C library, typed. */
export type Libc = {
  prctl(option: number, ...args: bigint[]): number
  /** Result, or the negative errno. */
  syscall(number: number, ...args: bigint[]): number
  setrlimit(resource: number, limits: Buffer): number
  getrlimit(resource: number, limits: Buffer): number
  /** File descriptor, or the negative errno. */
  open(path: string, flags: number): number
  close(fd: number): number
  fcntl(fd: number, command: number, argument: number): number
  connect(fd: number, address: Buffer, bytes: number): number
  mlock(memory: Buffer): number
  madvise(memory: Buffer, advice: number): number
}

export const resources = { core: 4 } as const

const int = 'int32'
const word = 'uint64'
const signed = 'int64'
const pointer = 'pointer'

/** Opens glibc. Throws where there is none (other systems, musl), or where ffi is not allowed. */
export function openLibc(): Libc {
  const { functions: c } = dlopen('libc.so.6', {
    prctl: { arguments: [int, word, word, word, word], return: int },
    syscall: { arguments: [signed, word, word, word, word, word], return: signed },
    setrlimit: { arguments: [int, pointer], return: int },
    getrlimit: { arguments: [int, pointer], return: int },
    open: { arguments: ['string', int, int], return: int },
    close: { arguments: [int], return: int },
    fcntl: { arguments: [int, int, int], return: int },
    connect: { arguments: [int, pointer, int], return: int },
    mlock: { arguments: [word, word], return: int },
    madvise: { arguments: [word, word, int], return: int },
    __errno_location: { arguments: [], return: pointer },
  }) as unknown as { functions: Record<string, (...args: unknown[]) => number | bigint> }
  const errno = () => getInt32(c.__errno_location!() as unknown as bigint)
  const orErrno = (result: number | bigint) => (Number(result) < 0 ? -errno() : Number(result))
  const five = (args: readonly bigint[]) => [...args, 0n, 0n, 0n, 0n, 0n].slice(0, 5)
  return {
    prctl: (option, ...args) => orErrno(c.prctl!(option, ...five(args).slice(0, 4))),
    syscall: (number, ...args) => orErrno(c.syscall!(BigInt(number), ...five(args))),
    setrlimit: (resource, limits) => orErrno(c.setrlimit!(resource, addressOf(limits))),
    getrlimit: (resource, limits) => orErrno(c.getrlimit!(resource, addressOf(limits))),
    open: (path, flags) => orErrno(c.open!(path, flags, 0)),
    close: (fd) => orErrno(c.close!(fd)),
    fcntl: (fd, command, argument) => orErrno(c.fcntl!(fd, command, argument)),
    connect: (fd, address, bytes) => orErrno(c.connect!(fd, addressOf(address), bytes)),
    mlock: (memory) => orErrno(c.mlock!(addressOf(memory), BigInt(memory.byteLength))),
    madvise: (memory, advice) => {
      const { from, bytes } = wholePages(memory)
      return orErrno(c.madvise!(from, bytes, advice))
    },
  }
}

export function addressOf(memory: Buffer): bigint {
  return BigInt(getRawPointer(memory))
}

const pageBytes = 4096n

/** madvise takes whole pages: those that the memory touches. */
function wholePages(memory: Buffer): { from: bigint; bytes: bigint } {
  const start = addressOf(memory)
  const from = start - (start % pageBytes)
  const end = start + BigInt(memory.byteLength)
  return { from, bytes: end - from }
}
