import { Webhook } from 'standardwebhooks'
import { request } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'
import { AddressGuard, type EgressRules } from '../egress/address-guard.ts'
import { createGuardedAgent } from '../egress/guarded-agent.ts'
import { createResolveHost, type ResolveHost } from '../egress/resolve-host.ts'

const answerMs = 15_000

export type Posting = {
  readonly url: string
  /** Each signs: two while one is being replaced, so that the receiver may change over at any moment. */
  readonly secrets: readonly Secret[]
  /** `webhook-id`: the same on every try, so that the receiver can tell a repetition. */
  readonly eventId: string
  readonly body: string
}

export type PostResult = {
  /** Null when there was no answer. */
  readonly status: number | null
  /** The class of the answer, or the code of the error. */
  readonly outcome: string
  readonly retryAfter?: string
}

export type PostWebhook = {
  post(posting: Posting): Promise<PostResult>
  close(): Promise<void>
}

export type PostWebhookOptions = {
  readonly clock: Clock
  readonly egress: EgressRules
  /** How names become addresses; the machine's name servers unless told. */
  readonly resolve?: ResolveHost
}

/**
 * Posts one event by the Standard Webhooks specification: the signature covers id, time and the very bytes of the
 * body. A redirect is an answer like any other: the merchant named one address, and only that hears of payments.
 */
export function createPostWebhook({
  clock,
  egress,
  resolve = createResolveHost(),
}: PostWebhookOptions): PostWebhook {
  const guard = new AddressGuard(egress)
  const dispatcher = createGuardedAgent({ guard, resolve, connectMs: 5_000, answerMs })
  return {
    async post({ url, secrets, eventId, body }) {
      const at = new Date(clock.now())
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Tonewall-Webhooks/1',
        'webhook-id': eventId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': secrets
          .map((secret) => new Webhook(secret.reveal()).sign(eventId, at, body))
          .join(' '),
      }
      const abort = new AbortController()
      const timer = clock.after(answerMs, () => abort.abort())
      try {
        const response = await request(url, {
          method: 'POST',
          headers,
          body,
          dispatcher,
          signal: abort.signal,
        })
        // What it says is of no interest; the connection is only free again once it has been read.
        await response.body.dump({ limit: 64 * 1024, signal: abort.signal }).catch(() => {})
        const status = response.statusCode
        const retryAfter = response.headers['retry-after']
        return { status, outcome: classOf(status), ...(typeof retryAfter === 'string' ? { retryAfter } : {}) }
      } catch (error) {
        return { status: null, outcome: abort.signal.aborted ? 'timeout' : codeOf(error) }
      } finally {
        timer.cancel()
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function classOf(status: number): string {
  if (status >= 200 && status < 300) return 'accepted'
  return status === 410 ? 'gone' : 'refused'
}
