import { newKey } from '../client/new-key.ts'

/**
 * The idempotency key of each intent of the agent. One intent keeps its key until the server has given a definite
 * answer, so that a double click or a retry after a lost answer is the same request to the server. The same intent
 * with another body is another intent: a corrected amount must not meet the answer to the wrong one.
 */
export class IntentKeys {
  readonly #held = new Map<string, { readonly body: string; readonly key: string }>()
  readonly #newKey: () => string

  constructor(make: () => string = newKey) {
    this.#newKey = make
  }

  keyFor(intent: string, body: string): string {
    const held = this.#held.get(intent)
    if (held?.body === body) return held.key
    const key = this.#newKey()
    this.#held.set(intent, { body, key })
    return key
  }

  /** The server has answered for good: the next time the agent asks for this, it is a new intent. */
  settle(intent: string): void {
    this.#held.delete(intent)
  }
}
