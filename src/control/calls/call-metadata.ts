import { z } from 'zod'
import { MetadataKey } from '../../contracts/desk-port.ts'
import { CallNotFound } from '../payments/payment-errors.ts'
import type { Queries } from '../store/database.ts'
import { isPostgres } from '../store/locks.ts'

export type CallMetadata = Readonly<Record<string, string>>
/** Null takes an entry away. */
export type MetadataChange = Readonly<Record<string, string | null>>

/** As many entries as a payment's connections could ever ask for; a telephone network may send any number. */
const mostEntries = 20
const Stored = z.record(z.string(), z.string())

export function readCallMetadata(text: string): CallMetadata {
  return Stored.parse(JSON.parse(text))
}

/**
 * What a telephone network said of a call, as far as it can be kept: nobody can be asked to write it otherwise.
 *
 * @param isForbidden whether a text must not be kept, such as one with a card number in it
 */
export function keptOf(told: CallMetadata, isForbidden: (text: string) => boolean): CallMetadata {
  const kept = Object.entries(told).flatMap(([key, value]) => {
    const text = value.trim()
    const isKept = MetadataKey.safeParse(key).success && text !== '' && text.length <= 500
    return isKept && !isForbidden(`${key} ${text}`) ? [[key, text] as const] : []
  })
  return Object.fromEntries(kept.slice(0, mostEntries))
}

/** What it is after a change; the oldest entries go when there are too many. */
export function changed(before: CallMetadata, change: MetadataChange): CallMetadata {
  const after = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(change)) {
    if (value === null) after.delete(key)
    else after.set(key, value)
  }
  return Object.fromEntries([...after].slice(-mostEntries))
}

/** One change after the other: on PostgreSQL the row is held until the transaction ends. Throws CallNotFound. */
export async function changeMetadata(
  trx: Queries,
  { merchantId, callId }: { readonly merchantId: string; readonly callId: string },
  change: MetadataChange,
): Promise<CallMetadata> {
  const row = await trx
    .selectFrom('calls')
    .select('metadata')
    .where('merchant_id', '=', merchantId)
    .where('id', '=', callId)
    .$if(isPostgres(trx), (query) => query.forUpdate())
    .executeTakeFirst()
  if (!row) throw new CallNotFound()
  const metadata = changed(readCallMetadata(row.metadata), change)
  await trx
    .updateTable('calls')
    .set({ metadata: JSON.stringify(metadata) })
    .where('merchant_id', '=', merchantId)
    .where('id', '=', callId)
    .execute()
  return metadata
}
