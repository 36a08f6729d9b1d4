import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { walkAudit } from './audit-log.ts'
import { openStore, StoreMissing } from './store.ts'

/** A control has the file open: replacing it under its feet would lose what it writes. */
export class StoreInUse extends AppError {
  readonly code = 'STORE_IN_USE'
  readonly remedy = 'fix-request'
  constructor() {
    super('the database is in use: stop the platform first')
  }
}

/** There is a file of this name already. */
export class BackupExists extends AppError {
  readonly code = 'BACKUP_EXISTS'
  readonly remedy = 'fix-request'
  constructor() {
    super('there is a file of this name already, and no backup is ever overwritten')
  }
}

/** Not a whole database of ours. */
export class BackupDamaged extends AppError {
  readonly code = 'BACKUP_DAMAGED'
  readonly remedy = 'page-someone'
  constructor() {
    super('the file is not a whole Tonewall database; nothing was replaced')
  }
}

export type Counts = { readonly payments: number; readonly auditRows: number }

/**
 * Copies the database as it is at one moment, while control goes on writing (SQLite's online backup), and checks the
 * copy. The file is readable by this user only. Throws StoreMissing, BackupExists, BackupDamaged.
 */
export async function createBackup(file: string, target: string, clock: Clock): Promise<Counts> {
  if (!existsSync(file)) throw new StoreMissing()
  if (existsSync(target)) throw new BackupExists()
  closeSync(openSync(target, 'wx', 0o600))
  const source = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
  try {
    await backup(source, target)
    return await check(target, clock)
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  } finally {
    source.close()
  }
}

/** What came of a restore: what the copy holds, and where the database of before now is. */
export type Restored = Counts & { readonly movedTo: string | null }

/**
 * Puts a checked copy in the place of the database, which is kept beside it under another name. Throws BackupDamaged,
 * StoreInUse.
 */
export async function restoreBackup(source: string, file: string, clock: Clock): Promise<Restored> {
  if (!existsSync(source)) throw new StoreMissing()
  const fresh = `${file}.restoring`
  rmSync(fresh, { force: true })
  copyFileSync(source, fresh)
  try {
    chmodSync(fresh, 0o600)
    const counts = await check(fresh, clock)
    const movedTo = existsSync(file) ? `${file}.before-${clock.now()}` : null
    if (movedTo) {
      requireUnused(file)
      renameSync(file, movedTo)
    }
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
    flush(fresh)
    renameSync(fresh, file)
    flush(path.dirname(file))
    return { ...counts, movedTo }
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(fresh + suffix, { force: true })
  }
}

/** SQLite's own check, and every merchant's audit chain. */
async function check(file: string, clock: Clock): Promise<Counts> {
  try {
    const database = new DatabaseSync(file)
    const whole = database.prepare('pragma integrity_check').get()?.integrity_check
    // Out of WAL, so that the copy is one file.
    database.exec('pragma journal_mode = delete')
    database.close()
    if (whole !== 'ok') throw new BackupDamaged()
    const store = await openStore({ file, clock, asItIs: true })
    try {
      const merchants = await store.db.selectFrom('merchants').select('id').execute()
      for (const { id } of merchants) if ((await walkAudit(store.db, id)).fault) throw new BackupDamaged()
      const count = async (table: 'payments' | 'audit') => {
        const row = await store.db
          .selectFrom(table)
          .select(({ fn }) => fn.countAll<number>().as('rows'))
          .executeTakeFirstOrThrow()
        return Number(row.rows)
      }
      return { payments: await count('payments'), auditRows: await count('audit') }
    } finally {
      await store.close()
      for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new BackupDamaged()
  }
}

/** Leaving WAL needs the file alone: SQLite refuses while anybody else has it open. A file that is damaged is nobody's. */
function requireUnused(file: string): void {
  let mode: unknown
  try {
    const database = new DatabaseSync(file, { timeout: 0 })
    try {
      mode = database.prepare('pragma journal_mode = delete').get()?.journal_mode
    } finally {
      database.close()
    }
  } catch (error) {
    const { errcode } = error as { errcode?: number }
    if (errcode === 5 || errcode === 6) throw new StoreInUse()
    return
  }
  if (mode !== 'delete') throw new StoreInUse()
}

function flush(name: string): void {
  const handle = openSync(name, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
