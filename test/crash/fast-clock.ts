import type { Clock } from '../../src/base/clock.ts'

/** How much faster time runs in the crash runs, so that ten seconds of patience cost two. */
export const speed = 5

/** The machine's clock, `times` as fast since `originMs`: the same time in every process that is told the same origin. */
export function fastClock(originMs: number, times = speed): Clock {
  return {
    now: () => Math.round(originMs + (Date.now() - originMs) * times),
    monotonicMs: () => performance.now() * times,
    after(delayMs, task) {
      const timeout = setTimeout(task, delayMs / times)
      timeout.unref()
      return { cancel: () => clearTimeout(timeout) }
    },
  }
}
