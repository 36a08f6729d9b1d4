// Runs as a card process does, inside the same sandbox, and tries what a card process must not be able to do: once
// through Node, and once past Node, by system calls whose entries it took before ffi was dropped.
import { spawnSync } from 'node:child_process'
import dns from 'node:dns'
import ffi from 'node:ffi'
import fs from 'node:fs'
import inspector from 'node:inspector'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import { kernelAbi } from '../launch/kernel-abi.js'
import { openLibc } from '../launch/libc.js'
import { sealProcess } from '../launch/seal.js'

const inTheOpen = process.argv.includes('--in-the-open')
// Functions that were looked up stay callable when ffi is dropped; memory helpers do not, so errno is a view.
const word = 'uint64'
const { functions: c } = ffi.dlopen('libc.so.6', {
  syscall: { arguments: ['int64', word, word, word, word, word], return: 'int64' },
  __errno_location: { arguments: [], return: 'pointer' },
})
const errno = ffi.toBuffer(c.__errno_location(), 4, false)
const findings = inTheOpen ? [] : sealProcess({ keepOffDisk: [Buffer.allocUnsafeSlow(128)] })
const { numbers } = kernelAbi()

const attempt = (task) => {
  try {
    const result = task()
    return result?.error?.code ?? 'allowed'
  } catch (error) {
    return error.code ?? error.name
  }
}

const connect = () =>
  new Promise((resolve) => {
    try {
      const socket = net.connect(9, '127.0.0.1')
      socket.on('error', (error) => resolve(error.code))
      socket.on('connect', () => resolve('allowed'))
    } catch (error) {
      resolve(error.code)
    }
  })

const lookup = () =>
  new Promise((resolve) => {
    try {
      dns.lookup('localhost', (error) => resolve(error?.code ?? 'allowed'))
    } catch (error) {
      resolve(error.code)
    }
  })

const call = (name, ...args) => {
  const result = Number(c.syscall(BigInt(numbers[name]), ...[...args, 0n, 0n, 0n, 0n, 0n].slice(0, 5)))
  return result < 0 ? -errno.readInt32LE(0) : result
}
const sigchld = 17n
const atCwd = 0xffff_ffff_ffff_ff9cn

// Nothing here does harm where it is allowed: the processes end at once, the files are only opened.
const probes = {
  node: {
    connect: await connect(),
    lookup: await lookup(),
    listen: attempt(() => net.createServer().listen(0).close()),
    readFile: attempt(() => fs.readFileSync('/etc/passwd')),
    readOwnCode: attempt(() => fs.readFileSync(new URL(import.meta.url))),
    writeFile: attempt(() => fs.writeFileSync('/tmp/tonewall-probe', '')),
    spawn: attempt(() => spawnSync('/bin/true')),
    worker: attempt(() => void new Worker('0', { eval: true }).terminate()),
    // Where it is allowed, it would print an address.
    inspector: inTheOpen ? 'allowed' : attempt(() => inspector.open(0)),
    signalParent: attempt(() => process.kill(process.ppid, 0)),
    evaluate: attempt(() => new Function('return 1')()),
    ffi: attempt(() => openLibc()),
  },
  kernel: {
    socket: call('socket', 2n, 1n, 0n),
    openat: call('openat', atCwd, 0n, 0n),
    execve: call('execve', 0n, 0n, 0n),
    clone: inTheOpen ? 0 : call('clone', sigchld),
    fork: inTheOpen || numbers.fork === undefined ? -1 : call('fork'),
    ptrace: call('ptrace', 0x7fff_fff0n),
    kill: call('kill', BigInt(process.ppid), 0n),
    memfd: call('memfd_create', 0n, 0n),
    readParent: call('process_vm_readv', BigInt(process.ppid), 0n, 0n, 0n, 0n),
    dumpableAgain: call('prctl', 4n, 1n),
    filter: call('seccomp', 0x7fff_fff0n, 0n, 0n),
    ruleset: call('landlock_create_ruleset', 0n, 0n, 1n),
  },
}
process.send({
  type: 'ready',
  findings: [...findings, { protection: 'probes', on: true, because: JSON.stringify(probes) }],
})
process.on('disconnect', () => process.exit(0))
process.on('message', () => process.exit(0))
