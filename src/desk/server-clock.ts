/**
 * The server's time, as the browser can best know it: deadlines are in the server's clock, and an agent's machine may
 * be minutes off. A `Date` header has whole seconds; the mean of its second is taken, so the error stays below one.
 */
export class ServerClock {
  #offsetMs = 0

  noteServerTime(epochMs: number): void {
    const offsetMs = epochMs + 500 - browserNow()
    // Below the header's own precision, the browser's clock is the better one.
    this.#offsetMs = Math.abs(offsetMs) < 1_500 ? 0 : offsetMs
  }

  /** Epoch ms. */
  now(): number {
    return browserNow() + this.#offsetMs
  }

  secondsUntil(epochMs: number): number {
    return Math.max(0, Math.ceil((epochMs - this.now()) / 1_000))
  }
}

/** Epoch ms that do not jump when somebody sets the machine's clock. */
function browserNow(): number {
  return performance.timeOrigin + performance.now()
}
