import type { Clock } from '../../base/clock.ts'
import { LogInLocked } from './errors.ts'

/** Attempts that are free, and then how long the next one has to wait: doubled with each, up to the longest. */
type Allowance = { readonly free: number; readonly firstMs: number; readonly longestMs: number }

const perAccount: Allowance = { free: 5, firstMs: 30_000, longestMs: 15 * 60_000 }
/** Higher than an account's: a whole call centre may come from one address. */
const perAddress: Allowance = { free: 60, firstMs: 30_000, longestMs: 15 * 60_000 }

const forgetMs = 60 * 60_000
const mostNames = 50_000

type Count = { attempts: number; lockedUntilMs: number; lastMs: number }

/**
 * Slows down who guesses passwords. An attempt counts before its password is looked at, so that a hundred at the
 * same time are not a hundred free guesses; a success clears the account. Unknown accounts count like known ones,
 * so that the lock says nothing of which exist.
 */
export class LogInThrottle {
  readonly #clock: Clock
  readonly #counts = new Map<string, Count>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts one attempt, or throws LogInLocked without counting it. */
  begin({ email, address }: { readonly email: string; readonly address: string }): void {
    const names = [
      [`account ${email}`, perAccount],
      [`address ${address}`, perAddress],
    ] as const
    const nowMs = this.#clock.now()
    const untilMs = Math.max(...names.map(([name]) => this.#get(name, nowMs)?.lockedUntilMs ?? 0))
    if (untilMs > nowMs) throw new LogInLocked(untilMs - nowMs)
    for (const [name, allowance] of names) this.#count(name, allowance, nowMs)
  }

  succeeded({ email, address }: { readonly email: string; readonly address: string }): void {
    this.#counts.delete(`account ${email}`)
    const here = this.#counts.get(`address ${address}`)
    if (here) here.attempts = Math.max(0, here.attempts - 1)
  }

  #count(name: string, { free, firstMs, longestMs }: Allowance, nowMs: number): void {
    const count = this.#get(name, nowMs) ?? { attempts: 0, lockedUntilMs: 0, lastMs: nowMs }
    count.attempts += 1
    count.lastMs = nowMs
    const over = count.attempts - free
    if (over >= 0) count.lockedUntilMs = nowMs + Math.min(longestMs, firstMs * 2 ** over)
    // Written again at the end, so that the map's first name is the one that was quiet longest.
    this.#counts.delete(name)
    this.#counts.set(name, count)
    if (this.#counts.size > mostNames) {
      const [quietest] = this.#counts.keys()
      if (quietest !== undefined) this.#counts.delete(quietest)
    }
  }

  #get(name: string, nowMs: number): Count | undefined {
    const count = this.#counts.get(name)
    if (!count || nowMs - count.lastMs < forgetMs) return count
    this.#counts.delete(name)
    return undefined
  }
}
