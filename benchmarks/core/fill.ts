import { sql } from 'kysely'
import type { Store } from '../../src/control/store/store.ts'
import { merchantId } from './shop.ts'

const dayMs = 86_400_000
/** The stored payments are spread evenly over this time before `nowMs`. */
const spanMs = 365 * dayMs

/** The 48 bits of time of an id, in Crockford's base 32, as SQL: 10 characters from epoch milliseconds. */
function timeAsText(kind: Store['kind'], ms: string): string {
  const digits = Array.from({ length: 10 }, (_, n) => {
    const shifted = `((${ms} >> ${(9 - n) * 5}) & 31)`
    return kind === 'sqlite'
      ? `substr('0123456789abcdefghjkmnpqrstvwxyz', ${shifted} + 1, 1)`
      : `substr('0123456789abcdefghjkmnpqrstvwxyz', (${shifted})::int + 1, 1)`
  })
  return digits.join(' || ')
}

/** Few enough to be written before a statement takes too long. */
const chunk = 50_000

/** Captured payments of last year with their attempts, so many that `count` are stored. Written by the store itself. */
export async function fillTo(store: Store, count: number, nowMs: number): Promise<void> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from payments`.execute(store.db)
  for (let from = Number(rows[0]?.n ?? 0); from < count; from += chunk)
    await fillChunk(store, { from, count: Math.min(count, from + chunk), nowMs })
  await sql.raw('analyze').execute(store.db)
}

type Chunk = { readonly from: number; readonly count: number; readonly nowMs: number }

async function fillChunk({ db, kind }: Store, { from, count, nowMs }: Chunk): Promise<void> {
  const numbers =
    kind === 'sqlite'
      ? `with recursive numbers(i) as (select ${from} union all select i + 1 from numbers where i + 1 < ${count})`
      : `with numbers as (select generate_series(${from}::bigint, ${count - 1}::bigint) as i)`
  const at = `(${nowMs - spanMs} + (i * 2654435761) % ${spanMs})`
  const pad = (value: string) =>
    kind === 'sqlite' ? `substr('0000000000000000' || ${value}, -16)` : `lpad((${value})::text, 16, '0')`
  const id = (prefix: string) => `'${prefix}_' || ${timeAsText(kind, at)} || ${pad('i')}`
  const status = `case when i % 20 = 0 then 'declined' else 'captured' end`
  await sql
    .raw(`${numbers}
      insert into payments (id, merchant_id, call_id, amount_minor, currency, reference, metadata, capture, confirm,
        status, brand, last4, gateway, gateway_ref, attempts, version, created_at, updated_at, captured_minor)
      select ${id('pay')}, '${merchantId}', ${id('call')}, 1050, 'GBP', 'order-' || i, '{}', 'automatic', 'automatic',
        ${status}, 'visa', '4242', 'sandbox', 'gw_' || i, 1, 5, ${at}, ${at},
        case when i % 20 = 0 then 0 else 1050 end
      from numbers`)
    .execute(db)
  // PostgreSQL would check each attempt's payment by the plan for an empty table.
  if (from === 0) await sql.raw('analyze payments').execute(db)
  await sql
    .raw(`${numbers}
      insert into attempts (id, merchant_id, payment_id, state, gateway, idempotency_key, amount_minor, currency, brand,
        last4, gateway_ref, sent_at, inquiries, created_at, updated_at)
      select ${id('att')}, '${merchantId}', ${id('pay')}, case when i % 20 = 0 then 'declined' else 'approved' end,
        'sandbox', 'authorise-' || i, 1050, 'GBP', 'visa', '4242', 'gw_' || i, ${at}, 0, ${at}, ${at}
      from numbers`)
    .execute(db)
}
