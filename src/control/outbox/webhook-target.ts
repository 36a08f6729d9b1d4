import type { Clock } from '../../base/clock.ts'
import type { Secret } from '../../base/secret.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Store } from '../store/store.ts'
import { openEndpointSecret } from './endpoint-secret.ts'
import { disableEndpoint, type EndpointRow, enabledEndpoints, findEnabledEndpoint } from './endpoint-store.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import type { Delivered, TargetKind } from './target.ts'
import { askedWaitMs } from './webhook-schedule.ts'

export type WebhookTargetOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly postWebhook: PostWebhook
  readonly sealer: Sealer
}

/** The merchants' webhook endpoints as targets of the outbox. */
export function createWebhookTarget({ store, clock, postWebhook, sealer }: WebhookTargetOptions): TargetKind {
  return {
    name: 'webhook',
    enabled: enabledEndpoints,
    async deliver({ merchantId, target, eventId, body }) {
      const endpoint = await findEnabledEndpoint(store.db, { merchantId, endpointId: target })
      if (!endpoint) return { do: 'disable', row: 'waits', status: null, outcome: 'disabled' }
      const secrets = secretsOf(endpoint, sealer, clock.now())
      // Nothing leaves unsigned. What waits is posted when the key is back and somebody has enabled the endpoint.
      if (!secrets) return { do: 'disable', row: 'waits', status: null, outcome: 'secret-cannot-be-opened' }
      return delivered(await postWebhook.post({ url: endpoint.url, secrets, eventId, body }), clock.now())
    },
    disable: (trx, { merchantId, target }, because, nowMs) =>
      disableEndpoint(trx, { merchantId, endpointId: target }, because, nowMs),
    close: () => postWebhook.close(),
  }
}

/** The newest first. Undefined: the newest cannot be opened. */
function secretsOf(
  { id, secret, previous_secret, previous_until }: EndpointRow,
  sealer: Sealer,
  nowMs: number,
): Secret[] | undefined {
  const newest = openEndpointSecret(sealer, id, secret)
  if (!newest) return undefined
  const isTwo = previous_secret !== null && nowMs < (previous_until ?? 0)
  const before = isTwo ? openEndpointSecret(sealer, id, previous_secret) : undefined
  return before ? [newest, before] : [newest]
}

function delivered({ status, outcome, retryAfter }: PostResult, nowMs: number): Delivered {
  if (outcome === 'accepted') return { do: 'done', status, outcome }
  if (outcome === 'gone') return { do: 'disable', row: 'dead', status, outcome }
  const askedMs = askedWaitMs(retryAfter, nowMs)
  return { do: 'retry', status, outcome, ...(askedMs > 0 ? { notBeforeMs: nowMs + askedMs } : {}) }
}
