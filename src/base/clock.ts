export type Timer = { cancel(): void }

/** The only source of time in the house, so that a test can turn it. */
export type Clock = {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Monotonic milliseconds with a fraction, from an arbitrary origin: for durations only. */
  monotonicMs(): number
  /** Runs `task` once after `delayMs`. A pending timer does not keep the process alive. */
  after(delayMs: number, task: () => void): Timer
}

export const systemClock: Clock = {
  now: () => Date.now(),
  // Not `performance.now()`: its module is loaded at the first call, and takes a card process a millisecond.
  monotonicMs: () => process.uptime() * 1_000,
  after(delayMs, task) {
    const timeout = setTimeout(task, delayMs)
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
}
