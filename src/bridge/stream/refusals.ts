import type { Clock } from '../../base/clock.ts'
import type { Facts, Log } from '../../base/log.ts'

const windowMs = 10_000

export type RefusalsOptions = {
  readonly clock: Clock
  readonly log: Log
  /** Names the stream in the log. */
  readonly facts: () => Facts
  /** More refusals than this within ten seconds, and the peer is broken or hostile. */
  readonly mostInWindow: number
}

/** Messages of one stream that were refused: a line in the log at the 1st, 2nd, 4th, 8th … of each reason. */
export class Refusals {
  readonly #options: RefusalsOptions
  readonly #counts = new Map<string, number>()
  #windowFromMs = Number.NEGATIVE_INFINITY
  #inWindow = 0

  constructor(options: RefusalsOptions) {
    this.#options = options
  }

  /** Notes a refusal. True when there have been too many. */
  add(reason: string): boolean {
    const { clock, log, facts, mostInWindow } = this.#options
    const count = (this.#counts.get(reason) ?? 0) + 1
    this.#counts.set(reason, count)
    if ((count & (count - 1)) === 0) log.warn({ ...facts(), reason, count }, 'message refused')
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#windowFromMs > windowMs) {
      this.#windowFromMs = nowMs
      this.#inWindow = 0
    }
    return ++this.#inWindow > mostInWindow
  }
}
