import type { Finding } from '../card-messages.ts'
import { refuseCodeFromStrings } from './code-from-strings.ts'
import { kernelAbi, openCloseOnExec } from './kernel-abi.ts'
import { type Libc, openLibc, resources } from './libc.ts'
import { applySeccomp } from './seccomp.ts'

export type SealOptions = {
  /** Memory that must not be swapped, nor stand in a dump. */
  readonly keepOffDisk: readonly Buffer[]
}

/** The protections that a card process can find on itself, in the order of the posture report. */
export const cardProtections = [
  'permission-model',
  'empty-environment',
  'no-new-privileges',
  'no-core-dump',
  'not-dumpable',
  'memory-locked',
  'landlock-files',
  'landlock-network',
  'seccomp',
  'ffi-dropped',
  'no-code-from-strings',
] as const

const prctl = { getDumpable: 3, setDumpable: 4, getSeccomp: 21, getNoNewPrivileges: 39 } as const
const dontDump = 16
const eperm = -1
const eacces = -13

/**
 * The last step into the sandbox, after everything is loaded: from here on this process can open nothing, connect to
 * nothing and start nothing. Each protection is then tried, not assumed. Never throws: what is missing is a finding.
 */
export function sealProcess({ keepOffDisk }: SealOptions): readonly Finding[] {
  const findings = process.platform === 'linux' ? sealLinux(keepOffDisk) : allOff('this system is not Linux')
  return [permissionModel(), emptyEnvironment(), ...findings, dropFfi(), refuseCodeFromStrings()]
}

function sealLinux(keepOffDisk: readonly Buffer[]): Finding[] {
  let libc: Libc
  try {
    libc = openLibc()
  } catch {
    return allOff('the C library could not be opened')
  }
  libc.prctl(prctl.setDumpable, 0n)
  const locked = keepOffDisk.map((memory) => libc.mlock(memory) || libc.madvise(memory, dontDump))
  // Before the filter, which refuses some of the same calls and would answer for the others.
  const findings = [
    equals('no-new-privileges', libc.prctl(prctl.getNoNewPrivileges), 1, 'PR_GET_NO_NEW_PRIVS'),
    noCoreDump(libc),
    equals('not-dumpable', libc.prctl(prctl.getDumpable), 0, 'PR_GET_DUMPABLE'),
    firstFailure('memory-locked', locked, 'mlock and MADV_DONTDUMP on the digit buffer'),
    ...probeLandlock(libc),
  ]
  return [...findings, probeSeccomp(libc, applySeccomp(libc, 'card'))]
}

function noCoreDump(libc: Libc): Finding {
  // struct rlimit: soft, hard. The hard limit cannot be raised again without privilege.
  const limits = Buffer.alloc(128).fill(0xff)
  libc.getrlimit(resources.core, limits)
  const hard = limits.readBigUInt64LE(8)
  return { protection: 'no-core-dump', on: hard === 0n, because: `RLIMIT_CORE is ${hard}` }
}

/** The root folder, which everybody may list elsewhere, and a TCP port on loopback that nobody serves. */
function probeLandlock(libc: Libc): Finding[] {
  const abi = kernelAbi()
  if (!abi) return off(['landlock-files', 'landlock-network'], 'unknown architecture')
  const file = libc.open('/', openCloseOnExec)
  if (file >= 0) libc.close(file)
  return [
    refusedWith('landlock-files', file, [eacces], 'open of the root folder'),
    probeTcp(libc, abi.numbers),
  ]
}

const internet = 2n
const stream = 1n

function probeTcp(libc: Libc, numbers: Readonly<Record<string, number>>): Finding {
  const socket = libc.syscall(numbers.socket!, internet, stream, 0n)
  if (socket < 0) return refusedWith('landlock-network', socket, [eacces, eperm], 'socket')
  const address = Buffer.alloc(128)
  address.writeUInt16LE(Number(internet), 0)
  address.writeUInt16BE(1, 2)
  address.set([127, 0, 0, 1], 4)
  const connected = libc.connect(socket, address, 16)
  libc.close(socket)
  return refusedWith('landlock-network', connected, [eacces], 'TCP connect to loopback')
}

const nonsense = 0x7fff_fff0n

/** One call of each kind that the filter has to refuse, all harmless if it does not. */
function probeSeccomp(libc: Libc, applied: number): Finding {
  if (applied < 0)
    return { protection: 'seccomp', on: false, because: `the filter was refused, errno ${-applied}` }
  const { numbers } = kernelAbi()!
  // A first argument that does nothing where the call is allowed after all (of ptrace, zero would trace us).
  const tries = [
    'socket',
    'openat',
    'execve',
    'ptrace',
    'process_vm_readv',
    'memfd_create',
    'io_uring_setup',
    'kill',
  ]
  const open = tries.filter((name) => libc.syscall(numbers[name]!, nonsense) !== eperm)
  const mode = libc.prctl(prctl.getSeccomp)
  return {
    protection: 'seccomp',
    on: open.length === 0 && mode === 2,
    because:
      open.length === 0 ? `filter in mode ${mode}; ${tries.length} kinds of call refused` : `open: ${open}`,
  }
}

function permissionModel(): Finding {
  const protection = 'permission-model'
  const { permission } = process
  if (!permission) return { protection, on: false, because: 'started without --permission' }
  try {
    permission.drop('fs.read')
  } catch {
    // Then it stays at the process's own files, which is what is looked at next.
  }
  const open = ['fs.read', 'fs.write', 'net', 'child', 'worker', 'addon', 'wasi', 'inspector'].filter(
    (scope) => permission.has(scope),
  )
  return {
    protection,
    on: open.length === 0,
    because: open.length === 0 ? 'every scope refused' : `open: ${open}`,
  }
}

function emptyEnvironment(): Finding {
  const count = Object.keys(process.env).length
  return { protection: 'empty-environment', on: count === 0, because: `${count} variables` }
}

function dropFfi(): Finding {
  const protection = 'ffi-dropped'
  try {
    process.permission.drop('ffi')
    openLibc()
    return { protection, on: false, because: 'the C library can still be opened' }
  } catch (error) {
    const { code } = error as { code?: string }
    return {
      protection,
      on: code === 'ERR_ACCESS_DENIED',
      because: `opening the C library: ${code ?? 'failed'}`,
    }
  }
}

function equals(protection: string, value: number, wanted: number, what: string): Finding {
  return { protection, on: value === wanted, because: `${what} is ${value}` }
}

function refusedWith(protection: string, result: number, wanted: readonly number[], what: string): Finding {
  const because = result < 0 ? `${what}: errno ${-result}` : `${what} was allowed`
  return { protection, on: wanted.includes(result), because }
}

function firstFailure(protection: string, results: readonly number[], what: string): Finding {
  const failed = results.find((result) => result < 0)
  return {
    protection,
    on: failed === undefined,
    because: failed === undefined ? what : `${what}: errno ${-failed}`,
  }
}

function off(protections: readonly string[], because: string): Finding[] {
  return protections.map((protection) => ({ protection, on: false, because }))
}

function allOff(because: string): Finding[] {
  return off(cardProtections.slice(2, -2), because)
}
