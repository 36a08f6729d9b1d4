import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'

const answerMs = 15_000

export type Posting = {
  readonly url: string
  readonly secret: Secret
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

/**
 * Posts one event by the Standard Webhooks specification: the signature covers id, time and the very bytes of the
 * body. A redirect is an answer like any other: the merchant named one address, and only that hears of payments.
 */
export function createPostWebhook(clock: Clock): PostWebhook {
  const dispatcher = new Agent({
    connect: { timeout: 5_000 },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    connections: 8,
  })
  return {
    async post({ url, secret, eventId, body }) {
      const at = new Date(clock.now())
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Tonewall-Webhooks/1',
        'webhook-id': eventId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(secret.reveal()).sign(eventId, at, body),
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
