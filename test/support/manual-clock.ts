import type { Clock, Timer } from '../../src/base/clock.ts'

type Pending = { readonly dueMs: number; readonly order: number; readonly task: () => void }

/** A clock that stands still until the test turns it; due timers run in order of their time. */
export class ManualClock implements Clock {
  #elapsedMs = 0
  #order = 0
  readonly #pending = new Set<Pending>()
  readonly #originMs: number

  constructor(originMs = Date.UTC(2026, 0, 15, 12)) {
    this.#originMs = originMs
  }

  now(): number {
    return this.#originMs + this.#elapsedMs
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, task: () => void): Timer {
    const pending = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, task }
    this.#pending.add(pending)
    return { cancel: () => void this.#pending.delete(pending) }
  }

  /** Turns the clock by `ms` and lets promises that the timers settled run in between. */
  async turn(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms
    for (let next = this.#nextDue(untilMs); next; next = this.#nextDue(untilMs)) {
      this.#pending.delete(next)
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs)
      next.task()
      await settle()
    }
    this.#elapsedMs = untilMs
    await settle()
  }

  /**
   * As after a machine's sleep: it is later at once, and each timer that ran out meanwhile runs, in order of its time. What
   * repeats itself runs once, so that years pass in seconds.
   */
  async leap(ms: number): Promise<void> {
    this.#elapsedMs += ms
    for (let next = this.#nextDue(this.#elapsedMs); next; next = this.#nextDue(this.#elapsedMs)) {
      this.#pending.delete(next)
      next.task()
      await settle()
    }
  }

  #nextDue(untilMs: number): Pending | undefined {
    return [...this.#pending]
      .filter((pending) => pending.dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0]
  }
}

/** Lets every promise callback that is due run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
