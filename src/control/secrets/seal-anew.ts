import { sql } from 'kysely'
import type { Log } from '../../base/log.ts'
import { Secret } from '../../base/secret.ts'
import { clientPlace, tokensPlace } from '../connections/token-keeper.ts'
import { endpointPlace } from '../outbox/endpoint-secret.ts'
import type { Store } from '../store/store.ts'
import { sealPlace } from '../stored-cards/stored-card-store.ts'
import { SealBroken, type Sealer, SealingKeyMissing } from './sealer.ts'

/** Every column of the database that holds something secret for longer than minutes, and where each seal belongs. */
const columns = [
  { table: 'webhook_endpoints', column: 'secret', place: endpointPlace },
  { table: 'webhook_endpoints', column: 'previous_secret', place: endpointPlace },
  { table: 'connections', column: 'sealed_client', place: clientPlace },
  { table: 'connections', column: 'sealed_tokens', place: tokensPlace },
  { table: 'stored_cards', column: 'token', place: (id: string) => sealPlace({ id }) },
] as const
type Column = (typeof columns)[number]

export type SealAnewOptions = { readonly store: Store; readonly sealer: Sealer; readonly log: Log }

/**
 * At every start: what an older version stored in the clear is sealed, and what was sealed under an older key is sealed
 * under the newest, so that the older one can be taken out of the configuration. A row that cannot be opened is left,
 * and says so where it is used. Throws SealingKeyMissing when something stands there in the clear and there is no key.
 */
export async function sealAnew({ store, sealer, log }: SealAnewOptions): Promise<number> {
  let count = 0
  // What stood there is wiped from the file's pages, not only let go of.
  if (store.kind === 'sqlite') await sql`pragma secure_delete = on`.execute(store.db)
  for (const column of columns) count += await sealColumn({ store, sealer, log }, column)
  if (store.kind === 'sqlite') {
    if (count > 0) await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
    await sql`pragma secure_delete = off`.execute(store.db)
  }
  if (count > 0) log.info({ count }, 'stored secrets were sealed with the newest key')
  return count
}

type Stored = { readonly id: string; readonly text: string }

async function sealColumn({ store, sealer, log }: SealAnewOptions, column: Column): Promise<number> {
  const { place } = column
  let count = 0
  for (const { id, text } of await stored(store, column)) {
    if (!sealer.canSeal && !sealer.isSealed(text)) throw new SealingKeyMissing()
    if (!sealer.isStale(text)) continue
    try {
      const secret = sealer.isSealed(text) ? sealer.open(text, place(id)) : new Secret(text)
      if (await replace(store, column, { id, text, sealed: sealer.seal(secret, place(id)) })) count++
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error
      log.error({ target: id, error }, 'a stored secret cannot be opened with the keys of the configuration')
    }
  }
  return count
}

async function stored({ db }: Store, { table, column }: Column): Promise<Stored[]> {
  const { rows } = await sql<Stored>`
    select id, ${sql.ref(column)} as text from ${sql.table(table)} where ${sql.ref(column)} is not null
  `.execute(db)
  return rows
}

/** Only what still stands there as it was read: another process may have stored new tokens meanwhile. */
async function replace(
  { db }: Store,
  { table, column }: Column,
  { id, text, sealed }: Stored & { readonly sealed: string },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    update ${sql.table(table)} set ${sql.ref(column)} = ${sealed} where id = ${id} and ${sql.ref(column)} = ${text}
  `.execute(db)
  return numAffectedRows > 0n
}
