import { cardFlags } from './flags.ts'
import { applyLandlock } from './landlock.ts'
import { openLibc, resources } from './libc.ts'
import { applySeccomp } from './seccomp.ts'

/**
 * Runs for some 30 ms as the process that will be the card process: gives up rights for good, then becomes it by
 * `execve`, because only a fresh program has no thread from before. Arguments: the entry, then what may be read.
 * What could not be given up is not reported here: the card process probes itself, and says what it found.
 */
const [target, ...readable] = process.argv.slice(2)
if (!target) throw new Error('the launcher needs an entry to become')

/** The IPC channel that the pool made; no other descriptor crosses. */
const channelFd = 3
const setNoNewPrivileges = 38
const setFdFlags = 2

/** Where glibc, the C++ runtime and the loader live, and the empty configuration; read and execute only. */
const systemFiles = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/dev/null']

const libc = openLibc()
libc.prctl(setNoNewPrivileges, 1n)
libc.setrlimit(resources.core, Buffer.alloc(128))
applyLandlock(libc, [process.execPath, ...systemFiles, ...readable])
applySeccomp(libc, 'launch')
libc.fcntl(channelFd, setFdFlags, 0)
process.permission.drop('ffi')

const args = [process.execPath, ...cardFlags(readable), target]
const environment = {
  NODE_CHANNEL_FD: String(channelFd),
  NODE_CHANNEL_SERIALIZATION_MODE: 'json',
}
if (!process.execve) throw new Error('this platform cannot replace a process')
process.execve(process.execPath, args, environment)
