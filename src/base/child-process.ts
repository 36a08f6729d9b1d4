import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { codeOf } from './errors.ts'

/** supervisor → child, over the IPC channel. */
export const ToChild = z.strictObject({ type: z.literal('stop'), deadlineMs: z.number().int().nonnegative() })

/** child → supervisor, over the IPC channel. */
export const FromChild = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('failed'), code: z.string(), message: z.string() }),
])
export type FromChild = z.infer<typeof FromChild>

/** What an exit code of a process of the platform means. */
export const exitCodes = { ok: 0, failed: 1, badConfig: 2, portTaken: 3, notReady: 4, degraded: 5 } as const

/** A running process: drains its work and closes what it opened, in at most `deadlineMs`. */
export type Running = { stop(deadlineMs: number): Promise<void> }

/**
 * The frame around every process of the platform: its part of the configuration comes as JSON on standard input
 * (so that no secret stands in an argument or the environment), `ready` goes over the IPC channel, and the process
 * stops when it is told to, or at once when the supervisor is gone, so that none is left behind.
 */
export async function runChild<Config>(
  schema: z.ZodType<Config>,
  start: (config: Config) => Promise<Running>,
): Promise<void> {
  process.on('SIGINT', () => {}) // The supervisor decides: a Ctrl-C reaches the whole process group.
  try {
    const given = await text(process.stdin)
    // A standby whose supervisor has gone: there is nothing to do, and nothing to say it to.
    if (given === '') process.exit(exitCodes.ok)
    const running = await start(schema.parse(JSON.parse(given)))
    let stopping = false
    const stop = async (deadlineMs: number) => {
      if (stopping) return
      stopping = true
      setTimeout(() => process.exit(exitCodes.failed), deadlineMs + 500).unref()
      await running.stop(deadlineMs)
      process.exit(exitCodes.ok)
    }
    process.on('SIGTERM', () => void stop(5_000))
    process.on('disconnect', () => void stop(0))
    process.on('message', (message) => {
      const order = ToChild.safeParse(message)
      if (order.success) void stop(order.data.deadlineMs)
    })
    process.send?.({ type: 'ready' } satisfies FromChild)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown'
    process.send?.({ type: 'failed', code: codeOf(error), message } satisfies FromChild)
    process.exit(codeOf(error) === 'EADDRINUSE' ? exitCodes.portTaken : exitCodes.failed)
  }
}
