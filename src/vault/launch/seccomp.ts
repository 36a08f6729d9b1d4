import { type KernelAbi, kernelAbi } from './kernel-abi.ts'
import { addressOf, type Libc } from './libc.ts'

/**
 * All that a card process does once it is loaded: move bytes on descriptors that it was given, memory, time, threads
 * of its own, its end. The order is by frequency: the kernel compares from the top. Not here, and so refused: every
 * way to open a file, make or connect a socket, start a program, signal or trace another process, share memory.
 */
const allowed: readonly string[] = `
  read write futex epoll_wait epoll_pwait epoll_pwait2 epoll_ctl recvmsg sendmsg writev readv mprotect
  madvise mmap munmap clock_gettime getpid gettid close brk mremap getrandom recvfrom sendto shutdown
  getsockname getpeername setsockopt getsockopt ioctl fcntl fstat lseek poll ppoll rt_sigaction
  rt_sigprocmask rt_sigreturn sigaltstack sched_yield sched_getaffinity nanosleep clock_nanosleep
  clock_getres restart_syscall getrusage sysinfo times getuid getgid geteuid getegid getppid membarrier
  rseq set_robust_list eventfd2 pkey_mprotect pkey_alloc pkey_free exit exit_group`
  .trim()
  .split(/\s+/)

const cloneThread = 0x10000
/** PR_SET_NAME, PR_GET_DUMPABLE, PR_GET_SECCOMP, PR_GET_NO_NEW_PRIVS, PR_SET_VMA. */
const harmlessPrctl: readonly number[] = [15, 3, 21, 39, 0x53564d41]

const verdicts = {
  allow: 0x7fff0000,
  killProcess: 0x80000000,
  /** EPERM, so that a probe can see it and a library can cope. */
  refuse: 0x00050000 | 1,
  /** glibc then takes `clone`, whose flags can be looked at; `clone3` has them in memory. */
  unknownCall: 0x00050000 | 38,
} as const

const load = 0x20
const jumpIfEqual = 0x15
const jumpIfAnySet = 0x45
const answer = 0x06

/** Offsets in struct seccomp_data (linux/seccomp.h); the low half of the first argument, little endian. */
const at = { number: 0, arch: 4, firstArgument: 16 } as const

/** `struct sock_filter` after `struct sock_filter`, to be read from the top. */
class Program {
  readonly #lines: Buffer[] = []

  add(code: number, yes: number, no: number, value: number): void {
    const line = Buffer.alloc(8)
    line.writeUInt16LE(code, 0)
    line.writeUInt8(yes, 2)
    line.writeUInt8(no, 3)
    line.writeUInt32LE(value >>> 0, 4)
    this.#lines.push(line)
  }

  /** Looks at the call's number; another architecture's numbering ends the process. */
  begin(abi: KernelAbi): void {
    this.add(load, 0, 0, at.arch)
    this.add(jumpIfEqual, 1, 0, abi.auditArch)
    this.add(answer, 0, 0, verdicts.killProcess)
    this.add(load, 0, 0, at.number)
  }

  answerTo(number: number | undefined, verdict: number): void {
    if (number === undefined) return
    this.add(jumpIfEqual, 0, 1, number)
    this.add(answer, 0, 0, verdict)
  }

  bytes(): Buffer {
    return Buffer.concat(this.#lines)
  }
}

/**
 * Set by the nursery, before a card process is started: libuv makes itself a ring at start-up, whose calls pass no filter;
 * without one it takes epoll.
 */
export function launchFilter(abi: KernelAbi): Buffer {
  const program = new Program()
  program.begin(abi)
  program.answerTo(abi.numbers.io_uring_setup, verdicts.unknownCall)
  program.add(answer, 0, 0, verdicts.allow)
  return program.bytes()
}

/** Set by the card process when it is loaded: what is not named is refused. */
export function cardFilter(abi: KernelAbi): Buffer {
  const program = new Program()
  program.begin(abi)
  for (const name of allowed) program.answerTo(abi.numbers[name], verdicts.allow)
  program.answerTo(abi.numbers.clone3, verdicts.unknownCall)
  // A thread of one's own is allowed, another process is not.
  program.add(jumpIfEqual, 0, 4, abi.numbers.clone!)
  program.add(load, 0, 0, at.firstArgument)
  program.add(jumpIfAnySet, 0, 1, cloneThread)
  program.add(answer, 0, 0, verdicts.allow)
  program.add(answer, 0, 0, verdicts.refuse)
  program.add(jumpIfEqual, 0, 1 + 2 * harmlessPrctl.length, abi.numbers.prctl!)
  program.add(load, 0, 0, at.firstArgument)
  for (const option of harmlessPrctl) program.answerTo(option, verdicts.allow)
  program.add(answer, 0, 0, verdicts.refuse)
  return program.bytes()
}

const setModeFilter = 1n
const onAllThreads = 1n

const filters = { launch: launchFilter, card: cardFilter } as const

/** Puts a filter on every thread of this process, for good. 0, or the negative errno. */
export function applySeccomp(libc: Libc, which: keyof typeof filters): number {
  const abi = kernelAbi()
  if (!abi) return -38
  const filter = filters[which](abi)
  const program = Buffer.alloc(128)
  program.writeUInt16LE(filter.length / 8, 0)
  program.writeBigUInt64LE(addressOf(filter), 8)
  return libc.syscall(abi.numbers.seccomp!, setModeFilter, onAllThreads, addressOf(program))
}
