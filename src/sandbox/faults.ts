import type { FaultBody, FaultKind, Operation } from './wire.ts'

export type Fault = { readonly kind: FaultKind; readonly slowMs: number }

const defaultSlowMs = 3_000

/**
 * Amounts that break the gateway, in minor units of any currency, so that whoever sits at the desk can try each fault
 * without a command: £9,111.01 hangs, £9,111.02 hangs before anything is committed, and so on.
 */
export const faultAmounts: Readonly<Record<number, FaultKind>> = {
  911101: 'hang',
  911102: 'hang-before-commit',
  911103: 'reset-before-commit',
  911104: 'reset-after-commit',
  911105: 'error-500-before',
  911106: 'error-500-after',
  911107: 'truncated',
  911108: 'slow',
  911109: 'wrong-echo',
  911110: 'unreadable',
}

/** Which fault the next request meets. Kept in memory only: a restart heals the gateway. */
export class FaultPlan {
  #planned: FaultBody = { fault: 'none', on: 'authorise', count: 1, slowMs: defaultSlowMs }
  #left = 0
  readonly #tripped = new Set<string>()

  /** Replaces what was planned; `none` ends it. */
  set(planned: FaultBody): void {
    this.#planned = planned
    this.#left = planned.fault === 'none' ? 0 : planned.count
  }

  get current(): FaultBody & { readonly left: number } {
    return { ...this.#planned, left: this.#left }
  }

  /**
   * The fault for one request, which uses it up. An authorisation's amount trips once for each idempotency key: the resend of
   * the same intent then meets a gateway that has recovered, as it would in life.
   */
  take(amount: number, idempotencyKey: string | undefined, operation: Operation = 'authorise'): Fault {
    if (this.#left > 0 && this.#planned.on === operation) {
      this.#left--
      return { kind: this.#planned.fault, slowMs: this.#planned.slowMs }
    }
    const kind = operation === 'authorise' ? (faultAmounts[amount] ?? 'none') : 'none'
    if (kind === 'none' || (idempotencyKey && this.#tripped.has(idempotencyKey))) return noFault
    if (idempotencyKey) this.#tripped.add(idempotencyKey)
    return { kind, slowMs: defaultSlowMs }
  }
}

const noFault: Fault = { kind: 'none', slowMs: 0 }
