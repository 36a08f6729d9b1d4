import type { Clock } from '../../src/base/clock.ts'

/** How much faster time runs in the crash runs, so that ten seconds of patience cost two. */
export const speed = 5

/** The machine's clock, `speed` times as fast since `originMs`: the same time in every process that is told the same origin. */
export function fastClock(originMs: number): Clock {
  return {
    now: () => Math.round(originMs + (Date.now() - originMs) * speed),
    monotonicMs: () => performance.now() * speed,
    after(delayMs, task) {
      const timeout = setTimeout(task, delayMs / speed)
      timeout.unref()
      return { cancel: () => clearTimeout(timeout) }
    },
  }
}
