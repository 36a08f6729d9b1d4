import { z } from 'zod'
import { CardBrand } from '../../contracts/card.ts'
import { CardUse, KeepCard, type StoredCardResource } from '../../contracts/stored-cards.ts'
import type { Queries } from '../store/database.ts'
import type { StoredCardTable } from '../store/stored-card-tables.ts'
import { StoredCardNotFound } from './stored-card-errors.ts'

export const StoredCardRow = z.strictObject({
  id: z.string(),
  merchant_id: z.string(),
  customer: z.string(),
  gateway: z.string(),
  token: z.string(),
  customer_ref: z.string().nullable(),
  network_ref: z.string().nullable(),
  brand: CardBrand,
  last4: z.string().regex(/^\d{4}$/),
  expires: z.string().regex(/^\d{4}-\d{2}$/),
  card_use: CardUse,
  consent_how: KeepCard.shape.consent,
  consent_kind: z.enum(['agent', 'api-key', 'system']),
  consent_id: z.string(),
  consent_at: z.number().int(),
  payment_id: z.string(),
  state: z.enum(['kept', 'forgetting']),
  forget_because: z.string().nullable(),
  forget_failed_at: z.number().int().nullable(),
  created_at: z.number().int(),
  updated_at: z.number().int(),
}) satisfies z.ZodType<StoredCardTable>
export type StoredCardRow = z.infer<typeof StoredCardRow>

/** What a row is found by: never by its id alone. */
export type StoredCardKey = { readonly merchantId: string; readonly cardId: string }

export async function findStoredCard(db: Queries, { merchantId, cardId }: StoredCardKey) {
  const row = await db
    .selectFrom('stored_cards')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('id', '=', cardId)
    .executeTakeFirst()
  return row && StoredCardRow.parse(row)
}

export async function requireStoredCard(db: Queries, key: StoredCardKey): Promise<StoredCardRow> {
  const row = await findStoredCard(db, key)
  if (!row) throw new StoredCardNotFound()
  return row
}

/** Newest first. */
export async function cardsOf(db: Queries, merchantId: string, customer: string): Promise<StoredCardRow[]> {
  const rows = await db
    .selectFrom('stored_cards')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('customer', '=', customer)
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => StoredCardRow.parse(row))
}

/** The card that was kept at this payment. */
export async function cardKeptAt(db: Queries, merchantId: string, paymentId: string) {
  const row = await db
    .selectFrom('stored_cards')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('payment_id', '=', paymentId)
    .executeTakeFirst()
  return row && StoredCardRow.parse(row)
}

export async function cardsToForget(db: Queries, merchantId: string): Promise<StoredCardRow[]> {
  const rows = await db
    .selectFrom('stored_cards')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'forgetting')
    .orderBy('id')
    .limit(500)
    .execute()
  return rows.map((row) => StoredCardRow.parse(row))
}

/** The same card of the same customer takes the place of the one before, under the id that it had. */
export async function sameCard(db: Queries, row: Omit<StoredCardRow, 'token' | 'id'>) {
  const found = await db
    .selectFrom('stored_cards')
    .selectAll()
    .where('merchant_id', '=', row.merchant_id)
    .where('customer', '=', row.customer)
    .where('gateway', '=', row.gateway)
    .where('brand', '=', row.brand)
    .where('last4', '=', row.last4)
    .where('expires', '=', row.expires)
    .executeTakeFirst()
  return found && StoredCardRow.parse(found)
}

export async function writeStoredCard(db: Queries, row: StoredCardRow, isNew: boolean): Promise<void> {
  const { id, merchant_id, ...values } = row
  if (isNew) await db.insertInto('stored_cards').values(row).execute()
  else
    await db
      .updateTable('stored_cards')
      .set(values)
      .where('merchant_id', '=', merchant_id)
      .where('id', '=', id)
      .execute()
}

export async function removeStoredCard(db: Queries, { merchantId, cardId }: StoredCardKey): Promise<void> {
  await db.deleteFrom('stored_cards').where('merchant_id', '=', merchantId).where('id', '=', cardId).execute()
}

/** Where the row's token is sealed: it opens nowhere else. */
export const sealPlace = ({ id }: Pick<StoredCardRow, 'id'>) => `stored_cards ${id} token`

export function expiryOf({ expires }: Pick<StoredCardRow, 'expires'>): { month: number; year: number } {
  const [year = 0, month = 0] = expires.split('-').map(Number)
  return { month, year }
}

/** From the first moment after its last month (ISO/IEC 7813), in UTC. */
export function isExpired(row: Pick<StoredCardRow, 'expires'>, nowMs: number): boolean {
  const { month, year } = expiryOf(row)
  return Date.UTC(year, month) <= nowMs
}

export function storedCardResource(row: StoredCardRow, nowMs: number): StoredCardResource {
  const { month, year } = expiryOf(row)
  return {
    id: row.id,
    customer: row.customer,
    brand: row.brand,
    last4: row.last4,
    expiryMonth: month,
    expiryYear: year,
    expired: isExpired(row, nowMs),
    gateway: row.gateway,
    use: row.card_use,
    consent: {
      how: row.consent_how,
      by: { kind: row.consent_kind, id: row.consent_id },
      at: row.consent_at,
    },
    paymentId: row.payment_id,
    state: row.state,
    ...stillAtGateway(row),
    createdAt: row.created_at,
  }
}

function stillAtGateway({ forget_because: because, forget_failed_at: since }: StoredCardRow) {
  return because === null || since === null ? {} : { stillAtGateway: { because, since } }
}
