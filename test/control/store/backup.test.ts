import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit } from '../../../src/control/store/audit-log.ts'
import { createBackup, restoreBackup } from '../../../src/control/store/backup.ts'
import { openStore, type Store } from '../../../src/control/store/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const clock = new ManualClock()
const actor = { merchantId: 'mer_one', kind: 'agent', id: 'agt_1' } as const
let folder: string
let file: string
let copy: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'backup-'))
  file = path.join(folder, 'tonewall.sqlite')
  copy = path.join(folder, 'copy.sqlite')
  store = await openStore({ file, clock })
  await store.db
    .insertInto('merchants')
    .values({ id: 'mer_one', name: 'One', gateway_id: 'g', created_at: 1, updated_at: 1 })
    .execute()
  for (const action of ['a', 'b']) await note(action)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const note = (action: string) =>
  store.transaction((trx) => appendAudit(trx, { actor, action, paymentId: null, facts: {} }, clock.now()))
const rows = () => store.db.selectFrom('audit').selectAll().orderBy('seq').execute()

describe('a backup', () => {
  it('made while the store is open, and restored later, gives the same rows', async () => {
    expect(await createBackup(file, copy, clock)).toEqual({ payments: 0, auditRows: 2 })
    const then = await rows()
    await note('after the backup')
    await store.close()
    const { auditRows, movedTo } = await restoreBackup(copy, file, clock)
    expect(auditRows).toBe(2)
    store = await openStore({ file, clock })
    expect(await rows()).toEqual(then)
    const before = new DatabaseSync(movedTo ?? '', { readOnly: true })
    expect(before.prepare('select count(*) as n from audit').get()).toEqual({ n: 3 })
    before.close()
  })

  it('is one file, for this user only', async () => {
    await createBackup(file, copy, clock)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect(() => statSync(`${copy}-wal`)).toThrow()
  })

  it('overwrites no other', async () => {
    writeFileSync(copy, 'something')
    await expect(createBackup(file, copy, clock)).rejects.toMatchObject({ code: 'BACKUP_EXISTS' })
    expect(readFileSync(copy, 'utf8')).toBe('something')
  })

  it('is not restored into a database that is in use', async () => {
    await createBackup(file, copy, clock)
    await note('still going on')
    await expect(restoreBackup(copy, file, clock)).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    expect(await rows()).toHaveLength(3)
  })

  it('that is damaged, or no database, replaces nothing', async () => {
    await createBackup(file, copy, clock)
    const tampered = new DatabaseSync(copy)
    tampered.exec("drop trigger audit_no_update; update audit set action = 'z' where seq = 1")
    tampered.close()
    await store.close()
    await expect(restoreBackup(copy, file, clock)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
    writeFileSync(copy, 'no database at all')
    await expect(restoreBackup(copy, file, clock)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
    store = await openStore({ file, clock })
    expect(await rows()).toHaveLength(2)
  })
})
