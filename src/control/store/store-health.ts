import { statfsSync } from 'node:fs'
import type { Clock, Timer } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'

/** Why rows cannot be kept right now. */
export type StoreTrouble = 'full' | 'away' | 'read-only' | 'failing'

/** A row could not be read or written: the disk is full or broken, or the database is away. */
export class StoreUnavailable extends AppError {
  readonly code = 'STORE_UNAVAILABLE'
  readonly remedy = 'inquire'
  constructor() {
    super('the database cannot be reached or written; what was asked for may or may not have been done')
  }
}

export type StoreHealthOptions = {
  readonly clock: Clock
  /** Writes something that changes nothing; rejects while nothing can be written. */
  readonly probe: () => Promise<void>
  /** The folder of a file, and what must stay free there for payments that are under way; null for a server. */
  readonly room: { readonly folder: string; readonly reserveBytes: number } | null
}

const probeEveryMs = 1_000

/**
 * Whether rows can be kept. Trouble begins with a query that failed for the store's own reasons, or, before that,
 * when the disk is so full that payments which have begun may need what is left. It ends when a row can be written.
 */
export class StoreHealth {
  readonly #options: StoreHealthOptions
  #seen: StoreTrouble | null = null
  #timer: Timer | undefined
  #closed = false

  constructor(options: StoreHealthOptions) {
    this.#options = options
  }

  /** Null: all is well, and new work may begin. */
  get trouble(): StoreTrouble | null {
    return this.#seen ?? (this.#roomIsLeft() ? null : 'full')
  }

  /** A query failed, or a connection could not be made. */
  note(error: unknown): void {
    const trouble = troubleOf(error)
    if (trouble === null || this.#closed) return
    this.#seen = trouble
    this.#probeLater()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  #probeLater(): void {
    if (this.#closed || this.#timer) return
    this.#timer = this.#options.clock.after(probeEveryMs, () => {
      this.#options
        .probe()
        .then(
          () => {
            this.#seen = null
          },
          (error: unknown) => {
            this.#seen = troubleOf(error) ?? 'failing'
          },
        )
        .finally(() => {
          this.#timer = undefined
          if (this.#seen !== null) this.#probeLater()
        })
    })
  }

  #roomIsLeft(): boolean {
    const { room } = this.#options
    if (room === null) return true
    try {
      const { bavail, bsize } = statfsSync(room.folder)
      return bavail * bsize >= room.reserveBytes
    } catch {
      return true // Not every file system can say; its errors will.
    }
  }
}

/** SQLite's result codes, https://sqlite.org/rescode.html, without their extensions. */
const sqliteTroubles: Readonly<Record<number, StoreTrouble>> = {
  8: 'read-only',
  10: 'failing',
  11: 'failing',
  13: 'full',
  14: 'failing',
  26: 'failing',
}

/** The classes of PostgreSQL's codes (its appendix A), and Node's for a server that cannot be reached. */
const serverTroubles: readonly (readonly [RegExp, StoreTrouble])[] = [
  [/^53[12]00$/, 'full'],
  [/^25006$/, 'read-only'],
  [/^(08...|57P0.|53...|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/, 'away'],
  [/^(58...|XX...)$/, 'failing'],
]

/** Null: the query was at fault, not the store. */
export function troubleOf(error: unknown): StoreTrouble | null {
  if (!(error instanceof Error)) return null
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return sqliteTroubles[errcode & 0xff] ?? null
  if (typeof code === 'string') return serverTroubles.find(([codes]) => codes.test(code))?.[1] ?? null
  // The driver has no codes for these: "Connection terminated unexpectedly", "timeout exceeded when trying to connect".
  return /^connection terminated|timeout exceeded when trying to connect|query read timeout/i.test(
    error.message,
  )
    ? 'away'
    : null
}
