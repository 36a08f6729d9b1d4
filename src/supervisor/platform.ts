import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { exitCodes } from '../base/child-process.ts'
import { systemClock } from '../base/clock.ts'
import { createLog } from '../base/log.ts'
import { Child } from './child.ts'
import { ChildNotReady } from './child-not-ready.ts'
import { addresses } from './plan/addresses.ts'
import { type ProcessName, planProcesses } from './plan/process-plan.ts'
import type { PlatformConfig } from './platform-config.ts'
import { type SandboxCredentials, sandboxCredentials } from './sandbox-credentials.ts'

export type PlatformOptions = {
  readonly config: PlatformConfig
  /** Only these processes, for one container a process; all of the mode's when null. */
  readonly only: readonly ProcessName[] | null
  /** Takes each log line of each process. */
  readonly onLine: (line: string) => void
}

export type Platform = {
  readonly addresses: ReturnType<typeof addresses>
  /** The sandbox's log-in and keys; null in production. */
  readonly credentials: SandboxCredentials | null
  /** Process id of a running child. */
  pidOf(name: ProcessName): number | undefined
  /** Calls are drained until the deadline, then everything stops. */
  stop(drainMs?: number): Promise<void>
}

/** The folder that holds `dist`, `media` and `config`, whether this runs from `src` or from `dist`. */
export const packageDir = path.resolve(import.meta.dirname, '..', '..')

/** Starts the processes one after the other and keeps them running. Rejects with ChildNotReady; nothing is left then. */
export async function startPlatform({ config, only, onLine }: PlatformOptions): Promise<Platform> {
  const log = createLog({
    process: 'supervisor',
    level: config.logLevel,
    write: (line) => onLine(line.trimEnd()),
  })
  const credentials = config.mode === 'sandbox' ? sandboxCredentials(config.dataDir) : null
  requireBuild()
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const runDir = openRunDir(config.runDir)
  const plan = planProcesses({ config, runDir, packageDir, sandbox: credentials })
  const children = new Map<ProcessName, Child>()
  const stop = async (drainMs = config.supervisor.drainSeconds * 1_000) => {
    // Media first, so that calls end in order; each of the others has only its open work to finish.
    await Promise.all([children.get('bridge')?.stop(drainMs), children.get('simulator')?.stop(drainMs)])
    for (const name of ['control', 'vault', 'sandbox'] as const) await children.get(name)?.stop(5_000)
    if (config.runDir === null) rmSync(runDir, { recursive: true, force: true })
  }
  try {
    for (const planned of plan) {
      if (only && !only.includes(planned.name)) continue
      const readyMs = config.supervisor.readySeconds * 1_000
      const child = new Child({
        planned,
        entry: entryOf(planned.name),
        readyMs,
        clock: systemClock,
        log,
        onLine,
      })
      children.set(planned.name, child)
      await child.start()
    }
  } catch (error) {
    await stop(0)
    throw error
  }
  return { addresses: addresses(config), credentials, pidOf: (name) => children.get(name)?.pid, stop }
}

/** Sources run as they are; a build runs as built. */
function entryOf(name: ProcessName): string {
  return path.join(import.meta.dirname, '..', name, `main${path.extname(import.meta.filename)}`)
}

function requireBuild(): void {
  if (existsSync(path.join(packageDir, 'dist', 'vault', 'card', 'main.js'))) return
  throw new ChildNotReady('the card process and the desk are not built; run: npm run build', exitCodes.failed)
}

function openRunDir(configured: string | null): string {
  // Unix socket paths end at 107 bytes, so that a data folder deep in a tree would not do.
  const dir = configured ?? mkdtempSync(path.join(tmpdir(), 'tonewall-'))
  mkdirSync(path.join(dir, 'digits'), { recursive: true, mode: 0o700 })
  return dir
}
