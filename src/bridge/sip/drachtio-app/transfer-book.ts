import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'

/** Wrong tokens within a minute that make guessing: eight digits would not stand a long trial. */
const wrongInAMinute = 20
const minuteMs = 60_000

export type ExpectedTransfer = {
  /** Digits that are dialled behind the payment number. */
  readonly token: string
  /** Whom to call back: the user part of a SIP address behind the outbound proxy. */
  readonly agent: string
  readonly merchantId: string
  /** How long it may be used, in ms. */
  readonly validMs: number
  /** What is said of the call that comes of it. */
  readonly metadata: Readonly<Record<string, string>>
}

export type Transfer = Pick<ExpectedTransfer, 'agent' | 'merchantId' | 'metadata'>
type Kept = { readonly transfer: Transfer; readonly untilMs: number }

/** Transfers that control announced: their tokens, as hashes, each good for one call. */
export class TransferBook {
  readonly #clock: Clock
  readonly #kept = new Map<string, Kept>()
  #wrongAtMs: number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  expect({ token, validMs, ...transfer }: ExpectedTransfer): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [hashed, { untilMs }] of this.#kept) if (untilMs <= nowMs) this.#kept.delete(hashed)
    this.#kept.set(hash(token), { transfer, untilMs: nowMs + validMs })
  }

  /** The transfer of this token, which is used up; undefined when there is none, or while too many wrong ones came. */
  take(token: string): Transfer | undefined {
    const nowMs = this.#clock.monotonicMs()
    this.#wrongAtMs = this.#wrongAtMs.filter((atMs) => nowMs - atMs < minuteMs)
    if (this.#wrongAtMs.length >= wrongInAMinute) return undefined
    const hashed = hash(token)
    const kept = this.#kept.get(hashed)
    this.#kept.delete(hashed)
    if (kept && kept.untilMs > nowMs) return kept.transfer
    this.#wrongAtMs.push(nowMs)
    return undefined
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
