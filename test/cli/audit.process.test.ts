import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { appendAudit } from '../../src/control/store/audit-log.ts'
import { openStore } from '../../src/control/store/store.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
let dataDir: string
beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'tonewall-audit-'))
  const store = await openStore({ file: databaseFile(), clock: systemClock })
  await store.db
    .insertInto('merchants')
    .values({ id: 'mer_one', name: 'One', gateway_id: 'g', created_at: 1, updated_at: 1 })
    .execute()
  const actor = { merchantId: 'mer_one', kind: 'system', id: 'test' } as const
  for (const action of ['a', 'b', 'c'])
    await store.transaction((trx) =>
      appendAudit(trx, { actor, action, paymentId: null, facts: {} }, systemClock.now()),
    )
  await store.close()
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const databaseFile = () => path.join(dataDir, 'tonewall.sqlite')

function tonewall(...args: string[]) {
  const script = path.join(top, 'bin', 'tonewall.mjs')
  const env = { PATH: process.env.PATH, TONEWALL_DATA_DIR: dataDir }
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env, cwd: dataDir })
}

function behindItsBack(statements: string): void {
  const database = new DatabaseSync(databaseFile())
  database.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${statements}`)
  database.close()
}

describe('tonewall audit verify', () => {
  it('says that the chain is whole, and prints its head for safe keeping', () => {
    const { status, stdout } = tonewall('audit', 'verify')
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('whole, 3 rows') })
    const head = /head (\S+)/.exec(stdout)?.[1] ?? ''
    behindItsBack('delete from audit where seq = 3')
    expect(tonewall('audit', 'verify').status).toBe(0)
    const later = tonewall('audit', 'verify', '--head', head)
    expect(later).toMatchObject({ status: 1, stdout: expect.stringContaining('cut off at the end') })
  })

  it.each([
    ['changed', "update audit set action = 'z' where seq = 2", /row 2: aud_\w+ was changed/],
    ['taken out', 'delete from audit where seq = 2', /row 2: the row is missing/],
    [
      'swapped',
      'update audit set seq = 9 where seq = 2; update audit set seq = 2 where seq = 3; update audit set seq = 3 where seq = 9',
      /row 2: aud_\w+ does not follow/,
    ],
  ])('names the row that was %s, and ends with 1', (_, statements, words) => {
    behindItsBack(statements)
    const { status, stdout } = tonewall('audit', 'verify')
    expect(status).toBe(1)
    expect(stdout).toMatch(words)
  })

  it('makes no database where there is none', () => {
    rmSync(databaseFile())
    expect(tonewall('audit', 'verify')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no database yet'),
    })
  })
})

describe('tonewall backup', () => {
  it('creates and restores', () => {
    const copy = path.join(dataDir, 'copy.sqlite')
    expect(tonewall('backup', 'create', copy)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('3 audit rows, checked'),
    })
    behindItsBack("update audit set action = 'z'")
    expect(tonewall('backup', 'restore', copy)).toMatchObject({ status: 0 })
    expect(tonewall('audit', 'verify').status).toBe(0)
  })

  it('sends who keeps rows in PostgreSQL to its own tools', () => {
    const script = path.join(top, 'bin', 'tonewall.mjs')
    const env = { PATH: process.env.PATH, TONEWALL_CONTROL_DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }
    const { status, stderr } = spawnSync(process.execPath, [script, 'backup', 'create', 'x'], {
      encoding: 'utf8',
      env,
      cwd: dataDir,
    })
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('pg_dump') })
  })
})
