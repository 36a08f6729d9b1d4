import type { Migration } from './migration.ts'
import { paymentsMigration } from './migrations/0001-payments.ts'
import { accessMigration } from './migrations/0002-access.ts'
import { operationsMigration } from './migrations/0003-operations.ts'
import { gatewayEventsMigration } from './migrations/0004-gateway-events.ts'
import { reconciliationMigration } from './migrations/0005-reconciliation.ts'
import { apiMigration } from './migrations/0006-api.ts'
import { paymentIndicesMigration } from './migrations/0007-payment-indices.ts'
import { resultsMigration } from './migrations/0008-results.ts'
import { connectionsMigration } from './migrations/0009-connections.ts'
import { customersMigration } from './migrations/0010-customers.ts'
import { declaredAndSentMigration } from './migrations/0011-declared-and-sent.ts'
import { waysToPayMigration } from './migrations/0012-ways-to-pay.ts'
import { accountLimitsMigration } from './migrations/0013-account-limits.ts'
import { payLinksMigration } from './migrations/0014-pay-links.ts'
import { plansMigration } from './migrations/0015-plans.ts'
import { planTriesMigration } from './migrations/0016-plan-tries.ts'
import { forgetFailuresMigration } from './migrations/0017-forget-failures.ts'
import { callMetadataMigration } from './migrations/0018-call-metadata.ts'
import { bankAccountsMigration } from './migrations/0019-bank-accounts.ts'
import { embeddedFormsMigration } from './migrations/0020-embedded-forms.ts'

/** Every step of the schema, in order. Only ever appended to. */
export const migrations: readonly Migration[] = [
  paymentsMigration,
  accessMigration,
  operationsMigration,
  gatewayEventsMigration,
  reconciliationMigration,
  apiMigration,
  paymentIndicesMigration,
  resultsMigration,
  connectionsMigration,
  customersMigration,
  declaredAndSentMigration,
  waysToPayMigration,
  accountLimitsMigration,
  payLinksMigration,
  plansMigration,
  planTriesMigration,
  forgetFailuresMigration,
  callMetadataMigration,
  bankAccountsMigration,
  embeddedFormsMigration,
]
