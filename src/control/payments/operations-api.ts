import type { Collections } from '../collection/collections.ts'
import type { Actor, OperationsApi } from '../ports.ts'
import type { Store } from '../store/store.ts'
import { GatewayAway, type GatewayWatch } from '../watch/gateway-watch.ts'
import { resourceOf } from './facts.ts'
import type { Inquiries } from './inquiries.ts'
import { operationResource, operationsOf } from './operation-store.ts'
import type { Operations } from './operations.ts'
import { findPayment, liveAttempt } from './store.ts'

export type OperationsApiOptions = {
  readonly store: Store
  readonly operations: Operations
  readonly inquiries: Inquiries
  readonly collections: Collections
  readonly watch: GatewayWatch
}

/** Captures, voids, refunds and inquiries, as people and their systems order them. */
export function createOperationsApi(options: OperationsApiOptions): OperationsApi {
  const { store, operations, inquiries, collections, watch } = options
  const keyOf = ({ merchantId }: Actor, paymentId: string) => ({ merchantId, paymentId })
  return {
    async order(actor, ordered) {
      const { gateway } = await findPayment(store.db, keyOf(actor, ordered.paymentId))
      if (!watch.maySend(gateway)) throw new GatewayAway(watch.retryAfterMs(gateway))
      return operations.order(actor, ordered)
    },
    async list(actor, paymentId) {
      await findPayment(store.db, keyOf(actor, paymentId))
      return (await operationsOf(store.db, actor.merchantId, [paymentId])).map(operationResource)
    },
    async ofPayments({ merchantId }, paymentIds) {
      return (await operationsOf(store.db, merchantId, paymentIds)).map(operationResource)
    },
    async inquire(actor, paymentId) {
      const key = keyOf(actor, paymentId)
      await findPayment(store.db, key)
      const attempt = await liveAttempt(store.db, key)
      if (attempt?.state === 'unknown') await inquiries.now(attempt)
      for (const row of await operationsOf(store.db, actor.merchantId, [paymentId]))
        if (row.state === 'unknown') await operations.resolveNow(row)
      return resourceOf(await findPayment(store.db, key), collections.ofPayment(paymentId)?.view ?? null)
    },
  }
}
