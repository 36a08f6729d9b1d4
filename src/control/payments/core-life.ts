import type { Timer } from '../../base/clock.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Collections } from '../collection/collections.ts'
import type { GatewayEvents } from '../gateway-events/gateway-events.ts'
import type { Relay } from '../outbox/relay.ts'
import type { OpenLinks } from '../pay-links/open-links.ts'
import type { PlanRunner } from '../plans/plan-runner.ts'
import type { PostedCards } from '../posted/posted-cards.ts'
import type { ReconciliationJob } from '../reconciliation/reconciliations.ts'
import { sealAnew } from '../secrets/seal-anew.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { ForgetCards } from '../stored-cards/forget-cards.ts'
import type { PaymentFlow } from './flow.ts'
import type { Inquiries } from './inquiries.ts'
import { seedMerchants } from './merchants.ts'
import type { Operations } from './operations.ts'
import type { PaymentCore, PaymentCoreOptions } from './payment-core.ts'
import { merchantIds } from './store.ts'
import type { TakeUp } from './take-up.ts'

const expiresAfterMs = 24 * 3_600_000
const expirySweepMs = 3_600_000

/** What has to be begun and ended in its turn. */
export type CoreParts = PaymentCoreOptions & {
  readonly sealer: Sealer
  readonly flow: PaymentFlow
  readonly takeUp: TakeUp
  readonly collections: Collections
  readonly inquiries: Inquiries
  readonly operations: Operations
  readonly posted: PostedCards
  readonly gatewayEvents: GatewayEvents
  readonly reconciliations: ReconciliationJob
  readonly relay: Relay
  readonly gatewayClient: GatewayClient
  readonly forgetting: ForgetCards
  readonly openLinks: OpenLinks
  readonly planRunner: PlanRunner
}

/** How the core begins and ends. */
export function lifeOf(parts: CoreParts): Pick<PaymentCore, 'recover' | 'idle' | 'stop'> {
  const { store, clock, log, config, sealer, flow, takeUp, collections, inquiries } = parts
  const { operations, posted, gatewayEvents, reconciliations, relay, gatewayClient } = parts
  const { forgetting, openLinks, planRunner } = parts
  let expiry: Timer | undefined
  const forEachMerchant = async (work: (merchantId: string) => Promise<void>) => {
    for (const merchantId of await merchantIds(store.db)) await work(merchantId)
  }
  const expire = () => {
    expiry = clock.after(expirySweepMs, expire)
    forEachMerchant((merchantId) => flow.expire(merchantId, clock.now() - expiresAfterMs)).catch(
      (error: unknown) => log.error({ error }, 'old payments could not be expired'),
    )
  }
  return {
    async recover() {
      await sealAnew({ store, sealer, log })
      const seeding = { merchants: config.merchants, sealer, nowMs: clock.now() }
      await store.transaction((trx) => seedMerchants(trx, seeding))
      await forEachMerchant(async (merchantId) => {
        await takeUp.all(merchantId)
        await operations.recover(merchantId)
        await forgetting.recover(merchantId)
        await openLinks.recover(merchantId)
      })
      gatewayEvents.wake()
      planRunner.wake()
      await reconciliations.start()
      relay.start()
      expire()
    },
    async idle() {
      // What is charged moves its plan on, and that may charge what is due next.
      do {
        await planRunner.idle()
        await flow.idle()
      } while (!planRunner.isIdle)
    },
    async stop(deadlineMs = 5_000) {
      expiry?.cancel()
      collections.stopAll('control-restarted')
      const done = Promise.all([flow.idle(), operations.idle(), posted.stop()])
      await Promise.race([done, new Promise<void>((resolve) => clock.after(deadlineMs, resolve))])
      await collections.close()
      takeUp.stop()
      const asked = Promise.all([
        inquiries.stop(),
        operations.stop(),
        gatewayEvents.stop(),
        reconciliations.stop(),
        forgetting.stop(),
        openLinks.stop(),
        planRunner.stop(),
      ])
      // Ends what is being asked: a gateway that hangs must not hold up our own end.
      await gatewayClient.close()
      await Promise.all([asked, relay.stop()])
    },
  }
}
