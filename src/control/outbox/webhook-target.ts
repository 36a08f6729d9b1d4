import type { Clock } from '../../base/clock.ts'
import { Secret } from '../../base/secret.ts'
import type { Store } from '../store/store.ts'
import { disableEndpoint, type EndpointRow, enabledEndpoints, findEnabledEndpoint } from './endpoint-store.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import type { Delivered, TargetKind } from './target.ts'
import { askedWaitMs } from './webhook-schedule.ts'

export type WebhookTargetOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly postWebhook: PostWebhook
}

/** The merchants' webhook endpoints as targets of the outbox. */
export function createWebhookTarget({ store, clock, postWebhook }: WebhookTargetOptions): TargetKind {
  return {
    name: 'webhook',
    enabled: enabledEndpoints,
    async deliver({ merchantId, target, eventId, body }) {
      const endpoint = await findEnabledEndpoint(store.db, { merchantId, endpointId: target })
      if (!endpoint) return { do: 'disable', row: 'waits', status: null, outcome: 'disabled' }
      const secrets = secretsOf(endpoint, clock.now())
      return delivered(await postWebhook.post({ url: endpoint.url, secrets, eventId, body }), clock.now())
    },
    disable: (trx, { merchantId, target }, because, nowMs) =>
      disableEndpoint(trx, { merchantId, endpointId: target }, because, nowMs),
    close: () => postWebhook.close(),
  }
}

function secretsOf({ secret, previous_secret, previous_until }: EndpointRow, nowMs: number): Secret[] {
  const isTwo = previous_secret !== null && nowMs < (previous_until ?? 0)
  return [secret, ...(isTwo ? [previous_secret] : [])].map((text) => new Secret(text))
}

function delivered({ status, outcome, retryAfter }: PostResult, nowMs: number): Delivered {
  if (outcome === 'accepted') return { do: 'done', status, outcome }
  if (outcome === 'gone') return { do: 'disable', row: 'dead', status, outcome }
  const askedMs = askedWaitMs(retryAfter, nowMs)
  return { do: 'retry', status, outcome, ...(askedMs > 0 ? { notBeforeMs: nowMs + askedMs } : {}) }
}
