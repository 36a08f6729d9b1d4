import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cardFlags } from '../../src/vault/launch/flags.ts'
import { openLibc } from '../../src/vault/launch/libc.ts'
import { applySeccomp } from '../../src/vault/launch/seccomp.ts'
import { cpuMsOf } from '../latency/machine.ts'

export type Cost = { readonly what: string; readonly cpuMs: number; readonly wallMs: number }

const setNoNewPrivileges = 38

/**
 * As the nursery does before it starts any: libuv's ring would not survive the card process's own filter, and what was measured
 * would be a crash. It holds for the benchmark too from here on, to which it does nothing.
 */
function refuseRings(): void {
  if (process.platform !== 'linux') return
  const libc = openLibc()
  libc.prctl(setNoNewPrivileges, 1n)
  applySeccomp(libc, 'launch')
}

/** Where the start of a card process spends its time: each line is a whole start, of more and more of it. */
export async function startCosts(entry: string, times: number): Promise<Cost[]> {
  refuseRings()
  const compiledDir = path.resolve(path.dirname(entry), '..', '..')
  const dir = mkdtempSync(path.join(tmpdir(), 'tonewall-start-'))
  const script = (name: string, text: string) => {
    const file = path.join(dir, name)
    writeFileSync(file, `${text}\nprocess.send(1); process.on('disconnect', () => process.exit())\n`)
    return file
  }
  const readable = [compiledDir, path.join(compiledDir, '..', 'package.json')]
  const flags = cardFlags(readable)
  const modules = path.join(compiledDir, 'vault', 'card', 'main.js')
  try {
    return [
      await cost('Node alone', [script('bare.mjs', '')], times),
      await cost('with node:tls', [script('tls.cjs', "require('node:tls')")], times),
      await cost(
        'the same, the certificates that come with Node unread',
        ['--use-openssl-ca', script('unread.cjs', "require('node:tls')")],
        times,
      ),
      await cost('the card process, sealed', [...flags, entry], times),
      await cost('the same from its modules', [...flags, modules], times),
      await cost(
        'the same, code from strings refused by a flag',
        [...flags, '--disallow-code-generation-from-strings', entry],
        times,
      ),
    ]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function cost(what: string, args: readonly string[], times: number): Promise<Cost> {
  const before = cpuMsOf(process.pid)
  const own = process.cpuUsage()
  const beganMs = performance.now()
  for (let n = 0; n < times; n++) {
    const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child.once('message', () => child.disconnect())
    const code = await new Promise((resolve) => child.once('exit', resolve))
    if (code !== 0) throw new Error(`${what}: it did not start`)
  }
  const wallMs = (performance.now() - beganMs) / times
  const { user, system } = process.cpuUsage(own)
  return { what, cpuMs: (cpuMsOf(process.pid) - before - (user + system) / 1_000) / times, wallMs }
}
