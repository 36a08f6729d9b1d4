import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openStore } from '../../src/control/store/store.ts'
import { ManualClock } from './manual-clock.ts'

let template: Promise<Buffer> | undefined

/** Writes an empty database of today's schema: migrated once in each worker, as PostgreSQL's template is once in all. */
export async function writeUpToDateSqlite(file: string): Promise<void> {
  template ??= makeTemplate()
  const bytes = await template
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes, { mode: 0o600 })
}

async function makeTemplate(): Promise<Buffer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'template-'))
  const file = path.join(folder, 'template.sqlite')
  const store = await openStore({ file, clock: new ManualClock() })
  await store.close()
  const bytes = readFileSync(file)
  rmSync(folder, { recursive: true })
  return bytes
}
