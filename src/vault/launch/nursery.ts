import { type ChildProcess, spawn } from 'node:child_process'
import { cardFlags } from './flags.ts'
import { applyLandlock } from './landlock.ts'
import { openLibc, resources } from './libc.ts'
import type { NurseryOrder, NurseryReport } from './nursery-messages.ts'
import { applySeccomp } from './seccomp.ts'

/**
 * Gives up rights for good, then starts card processes, which inherit that: Landlock, no new privileges, no core dump and
 * the filter of the start hold for what this thread forks. One of these lives as long as the vault, so that a card costs
 * one start of Node and not two. It passes messages and handles on without looking at them; no digit is in any of them.
 *
 * Arguments: what card processes may read. What could not be given up is not reported here: each card process probes
 * itself, and says what it found.
 */
const readable = process.argv.slice(2)
const setNoNewPrivileges = 38

/** Where glibc, the C++ runtime and the loader live, and the empty configuration; read and execute only. */
const systemFiles = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/dev/null']

const libc = openLibc()
libc.prctl(setNoNewPrivileges, 1n)
libc.setrlimit(resources.core, Buffer.alloc(128))
applyLandlock(libc, [process.execPath, ...systemFiles, ...readable])
applySeccomp(libc, 'launch')
process.permission.drop('ffi')

const lines = new Map<number, ChildProcess>()

process.on('message', (message: NurseryOrder, handle: unknown) => {
  if (message.do === 'start') start(message)
  else if (message.do === 'kill') lines.get(message.line)?.kill('SIGKILL')
  else pass(message, handle)
})
// The vault is gone: card processes end when their channel to this process closes.
process.on('disconnect', () => process.exit(0))
report({ is: 'open' })

function start({ line, entry, uid }: Extract<NurseryOrder, { do: 'start' }>): void {
  const child = spawn(process.execPath, [...cardFlags(readable), entry], {
    env: {},
    cwd: '/',
    // This process's own, which are /dev/null: it may open nothing for writing any more.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    windowsHide: true,
    ...(uid === null ? {} : { uid, gid: uid }),
  })
  lines.set(line, child)
  if (child.pid !== undefined) report({ is: 'started', line, pid: child.pid })
  child.on('message', (message) => report({ is: 'said', line, message }))
  child.once('exit', () => leave(line))
  // Without a process there is no exit.
  child.on('error', () => child.pid === undefined && leave(line))
}

function pass({ line, message }: Extract<NurseryOrder, { do: 'pass' }>, handle: unknown): void {
  const child = lines.get(line)
  const done = () => (handle as { close?: () => void } | undefined)?.close?.()
  if (child?.connected) child.send(message as object, handle as never, done)
  else done()
}

function leave(line: number): void {
  if (lines.delete(line)) report({ is: 'gone', line })
}

function report(message: NurseryReport): void {
  process.send?.(message)
}
