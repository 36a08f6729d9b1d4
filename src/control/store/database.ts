import type { Kysely, Transaction } from 'kysely'
import type { AccessTables } from './access-tables.ts'
import type { ConnectionTables } from './connection-tables.ts'
import type { GatewayTables } from './gateway-tables.ts'
import type { PayLinkTables } from './pay-link-tables.ts'
import type { PaymentTables } from './payment-tables.ts'
import type { PlanTables } from './plan-tables.ts'
import type { ReceiptTables } from './receipt-tables.ts'
import type { StoredCardTables } from './stored-card-tables.ts'

export type Database = PaymentTables &
  AccessTables &
  GatewayTables &
  ReceiptTables &
  ConnectionTables &
  StoredCardTables &
  PayLinkTables &
  PlanTables

/** The store, or a transaction in it: whatever a query may run on. */
export type Queries = Kysely<Database> | Transaction<Database>
