/**
 * Control as it is, started as a process of its own, with what a crash run needs around it: a faster clock, and a
 * SIGKILL of itself in the middle of a transaction, after the statement that the run names. Production has neither.
 */
import { flushCompileCache, registerHooks } from 'node:module'
import { z } from 'zod'
import { runChild } from '../../src/base/child-process.ts'
import { silentLog } from '../../src/base/log.ts'
import { ControlConfig } from '../../src/contracts/process-config/control-config.ts'
import { brokenVariants } from './broken-variants.ts'
import { fastClock } from './fast-clock.ts'

const ChildConfig = z.strictObject({
  control: ControlConfig,
  originMs: z.number(),
  broken: z.string().nullable(),
})

/** Statements that must have been run, in this order, when the process dies. */
const KillAfter = z.strictObject({ killAfter: z.array(z.string()) })

let awaited: string[] = []
process.on('message', (message) => {
  const order = KillAfter.safeParse(message)
  if (order.success) awaited = [...order.data.killAfter]
})

function onQuery(sql: string): void {
  const [next] = awaited
  if (next === undefined || !sql.startsWith(next)) return
  awaited.shift()
  if (awaited.length === 0) process.kill(process.pid, 'SIGKILL')
}

await runChild(ChildConfig, async ({ control, originMs, broken }) => {
  if (broken !== null) registerHooks({ load: brokenVariants(broken) })
  const { startControl } = await import('../../src/control/start-control.ts')
  const running = await startControl(control, { clock: fastClock(originMs), log: silentLog, onQuery })
  // A process that is killed never gets to write it; the next life starts in half the time.
  flushCompileCache()
  process.send?.({ port: running.port })
  return running
})
