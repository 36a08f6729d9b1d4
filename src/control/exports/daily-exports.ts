import { mkdir, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { ExportKind } from '../../contracts/exports.ts'
import { readSettings } from '../receipts/look-store.ts'
import type { Store } from '../store/store.ts'
import { dayAt, daySpan } from './day-span.ts'
import { currenciesOn, exportDay } from './exports.ts'

export type DailyExportsOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** `<folder>/<merchant>/<day>/ledger.csv` and so on. */
  readonly folder: string
  readonly merchantIds: () => Promise<readonly string[]>
}

const hourMs = 3_600_000
/** After midnight, so that the day's comparison with the gateway (begun within the hour) is in it. */
const patienceMs = 2 * hourMs
/** A platform that was away for a while catches up with so many days. */
const mostDaysMissed = 31
const dayMs = 24 * hourMs

/**
 * Writes the files of every day once it is over in the merchant's time zone. A folder that is there is done: written
 * under another name first, so that nobody ever reads half of it.
 */
export class DailyExports {
  readonly #options: DailyExportsOptions
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: DailyExportsOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#stopped) return
    this.#timer = this.#options.clock.after(hourMs, () => this.start())
    this.#running = this.#running.then(() => this.writeDue())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Never rejects: what could not be written is tried again within the hour. */
  async writeDue(): Promise<void> {
    const { clock, log, merchantIds } = this.#options
    try {
      for (const merchantId of await merchantIds()) await this.#writeMissing(merchantId, clock.now())
    } catch (error) {
      log.error({ error }, 'the daily exports could not be written, and will be again')
    }
  }

  async #writeMissing(merchantId: string, nowMs: number): Promise<void> {
    const { store, log, folder } = this.#options
    const { timeZone } = await readSettings(store.db, merchantId)
    const first = await firstDay(store, merchantId, timeZone)
    if (first === undefined) return
    for (let back = mostDaysMissed; back >= 1; back--) {
      const day = dayAt(nowMs - back * dayMs, timeZone)
      const isOver = nowMs >= daySpan(day, timeZone).untilMs + patienceMs
      const target = path.join(folder, merchantId, day)
      if (day < first || !isOver || this.#stopped || (await isThere(target))) continue
      await this.#write(merchantId, day, target)
      log.info({ merchantId, name: day }, 'the files of a day were written')
    }
  }

  async #write(merchantId: string, day: string, target: string): Promise<void> {
    const { db } = this.#options.store
    const half = `${target}.half`
    await mkdir(half, { recursive: true, mode: 0o700 })
    const put = async (name: string, text: string) =>
      writeFile(path.join(half, `${name}.csv`), text, { mode: 0o600, flush: true })
    for (const kind of ExportKind.options.filter((one) => one !== 'xero'))
      await put(kind, await exportDay(db, { merchantId, kind, day }))
    for (const currency of await currenciesOn(db, merchantId, day))
      await put(`xero-${currency}`, await exportDay(db, { merchantId, kind: 'xero', day, currency }))
    await rename(half, target)
  }
}

/** Days before the merchant's first payment have no files. */
async function firstDay(store: Store, merchantId: string, timeZone: string): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('payments')
    .select('created_at')
    .where('merchant_id', '=', merchantId)
    .orderBy('created_at')
    .limit(1)
    .executeTakeFirst()
  return row && dayAt(row.created_at, timeZone)
}

async function isThere(name: string): Promise<boolean> {
  return stat(name).then(
    () => true,
    () => false,
  )
}
