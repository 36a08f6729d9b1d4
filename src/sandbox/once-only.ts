import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { Ledger } from './ledger.ts'
import { lastOf } from './test-accounts.ts'
import { type AccountInput, type CardInput, Refusal } from './wire.ts'

export type Answer = { readonly status: number; readonly body: string }

export type Intent = {
  /** Of the `Idempotency-Key` header; without one, every request is an intent of its own. */
  readonly key: string | undefined
  readonly path: string
  readonly body: { readonly card?: CardInput | undefined; readonly account?: AccountInput | undefined }
}

const mostExact = 50_000

/**
 * Carries out an intent once, however often it is sent. The answer is written with the ledger line in one transaction,
 * so that a resend after a lost answer, or after a restart, gets the first one.
 */
export class OnceOnly {
  readonly #ledger: Ledger
  readonly #clock: Clock
  readonly #underWay = new Set<string>()
  /** Whole requests under a key of this process's memory: a stored hash of a PAN could be guessed back. */
  readonly #exact = new Map<string, string>()
  readonly #exactKey = randomBytes(32)

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger
    this.#clock = clock
  }

  /**
   * `prepare` may take its time, and throws when the intent comes to nothing; `work` writes to the ledger, in one
   * transaction with the answer. Throws Refusals: 409 while the same key is under way, 422 for a key used otherwise.
   */
  async run(
    intent: Intent,
    { prepare, work }: { prepare?: () => Promise<void>; work: () => Answer },
  ): Promise<Answer & { readonly replayed: boolean }> {
    const { key } = intent
    if (key !== undefined) {
      if (this.#underWay.has(key))
        throw new Refusal(409, 'idempotency_key_in_use', 'The same key is under way.')
      const kept = this.#kept(key, intent)
      if (kept) return { ...kept, replayed: true }
      this.#underWay.add(key)
    }
    try {
      await prepare?.()
      return { ...this.#ledger.once(() => this.#keep(intent, work())), replayed: false }
    } finally {
      if (key !== undefined) this.#underWay.delete(key)
    }
  }

  #kept(key: string, intent: Intent): Answer | undefined {
    const kept = this.#ledger.answerUnder(key, this.#clock.now())
    if (!kept) return undefined
    const exact = this.#exact.get(key)
    if (kept.fingerprint !== fingerprint(intent) || (exact !== undefined && exact !== this.#mac(intent))) {
      throw new Refusal(422, 'idempotency_key_reused', 'The key was used for another request.')
    }
    return { status: kept.status, body: kept.body }
  }

  #keep(intent: Intent, answer: Answer): Answer {
    const { key } = intent
    if (key === undefined) return answer
    this.#ledger.keepAnswer(key, this.#clock.now(), { fingerprint: fingerprint(intent), ...answer })
    const [oldest] = this.#exact.keys()
    if (this.#exact.size >= mostExact && oldest !== undefined) this.#exact.delete(oldest)
    this.#exact.set(key, this.#mac(intent))
    return answer
  }

  #mac({ path, body }: Intent): string {
    return createHmac('sha256', this.#exactKey)
      .update(JSON.stringify([path, body]))
      .digest('base64')
  }
}

/** All of a request but the card or account, of which only the last digits count: what may be kept on the disk. */
function fingerprint({ path, body: { card, account, ...rest } }: Intent): string {
  const last = card
    ? { last4: card.number.slice(-4) }
    : account
      ? { last4: lastOf(account.accountNumber) }
      : {}
  const body = { ...rest, ...last }
  return createHash('sha256')
    .update(JSON.stringify([path, body]))
    .digest('base64')
}
