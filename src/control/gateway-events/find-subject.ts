import { type OperationRow, OperationRow as OperationShape } from '../payments/operation-store.ts'
import { AttemptRow } from '../payments/rows.ts'
import { merchantIds } from '../payments/store.ts'
import type { Queries } from '../store/database.ts'
import type { GatewayEventRow } from './event-store.ts'

/** What is known of it. */
export type About = Pick<
  GatewayEventRow,
  'gateway' | 'what' | 'gateway_ref' | 'our_reference' | 'amount_minor'
>

/** What an event is about: one of our attempts, or one of our captures, voids and refunds. */
export type Subject =
  | { readonly kind: 'attempt'; readonly attempt: AttemptRow }
  | { readonly kind: 'operation'; readonly operation: OperationRow }

const operationOf: Partial<Record<GatewayEventRow['what'], OperationRow['kind']>> = {
  captured: 'capture',
  'capture-failed': 'capture',
  voided: 'void',
  'void-failed': 'void',
  refunded: 'refund',
  'refund-failed': 'refund',
}

/**
 * By our reference, which is certain; else by the gateway's. Merchant by merchant: no query crosses tenants, although
 * a gateway's account may serve several.
 */
export async function findSubject(db: Queries, event: About): Promise<Subject | undefined> {
  for (const merchantId of await merchantIds(db)) {
    const found = (await byOurs(db, merchantId, event)) ?? (await byTheirs(db, merchantId, event))
    if (found) return found
  }
  return undefined
}

async function byOurs(db: Queries, merchantId: string, event: About): Promise<Subject | undefined> {
  if (event.our_reference === null) return undefined
  const operation = await operations(db, merchantId, event.gateway)
    .where('id', '=', event.our_reference)
    .executeTakeFirst()
  if (operation) return { kind: 'operation', operation: OperationShape.parse(operation) }
  const attempt = await attempts(db, merchantId, event.gateway)
    .where('id', '=', event.our_reference)
    .executeTakeFirst()
  return attempt && subjectOfAttempt(db, AttemptRow.parse(attempt), event)
}

async function byTheirs(db: Queries, merchantId: string, event: About): Promise<Subject | undefined> {
  if (event.gateway_ref === null) return undefined
  const operation = await operations(db, merchantId, event.gateway)
    .where('gateway_ref', '=', event.gateway_ref)
    .executeTakeFirst()
  if (operation) return { kind: 'operation', operation: OperationShape.parse(operation) }
  const attempt = await attempts(db, merchantId, event.gateway)
    .where('gateway_ref', '=', event.gateway_ref)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return attempt && subjectOfAttempt(db, AttemptRow.parse(attempt), event)
}

/** Events of captures, voids and refunds may name the payment only: then it is the live one of that kind and amount. */
async function subjectOfAttempt(
  db: Queries,
  attempt: AttemptRow,
  event: About,
): Promise<Subject | undefined> {
  const kind = operationOf[event.what]
  if (kind === undefined) return { kind: 'attempt', attempt }
  const live = await operations(db, attempt.merchant_id, event.gateway)
    .where('payment_id', '=', attempt.payment_id)
    .where('kind', '=', kind)
    .where('state', 'in', ['open', 'unknown', 'pending'])
    .execute()
  const fits = live.filter(
    ({ amount_minor }) =>
      event.amount_minor === null || kind === 'void' || amount_minor === event.amount_minor,
  )
  const [operation, another] = fits
  // Two refunds of one amount: which of them it is, nobody can say.
  if (operation && !another) return { kind: 'operation', operation: OperationShape.parse(operation) }
  if (operation) return undefined
  // Nobody ordered it, and nobody knew what became of the attempt: it is the answer to our reversal of that.
  const isReversal = attempt.state === 'unknown' && (event.what === 'voided' || event.what === 'refunded')
  return event.what === 'captured' || isReversal ? { kind: 'attempt', attempt } : undefined
}

function operations(db: Queries, merchantId: string, gateway: string) {
  return db
    .selectFrom('operations')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('gateway', '=', gateway)
}

function attempts(db: Queries, merchantId: string, gateway: string) {
  return db
    .selectFrom('attempts')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('gateway', '=', gateway)
}
