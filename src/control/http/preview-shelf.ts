import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'

const keepMs = 10 * 60_000
const most = 100

type Kept = { readonly merchantId: string; readonly html: string; readonly untilMs: number }

/**
 * Receipts that somebody looks at before they are stored: kept for minutes, so that a frame can load them from an
 * address of their own, where they have a policy of their own. Inside of the desk's page its styles would be refused.
 */
export class PreviewShelf {
  readonly #kept = new Map<string, Kept>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Answers the name under which it is found. */
  put(merchantId: string, html: string): string {
    const id = randomBytes(16).toString('hex')
    this.#kept.set(id, { merchantId, html, untilMs: this.#clock.now() + keepMs })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > most && oldest !== undefined) this.#kept.delete(oldest)
    return id
  }

  get(merchantId: string, id: string): string | undefined {
    const kept = this.#kept.get(id)
    if (!kept || kept.merchantId !== merchantId || kept.untilMs < this.#clock.now()) return undefined
    return kept.html
  }
}
