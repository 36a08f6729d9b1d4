import { Agent, request } from 'undici'
import { z } from 'zod'
import { codeOf } from '../../base/errors.ts'
import type { Secret } from '../../base/secret.ts'

/** What Twilio made of a message. */
export type Texted =
  | { readonly kind: 'accepted'; readonly status: number; readonly sid: string }
  /** For good: not a number that can be texted, for example. */
  | { readonly kind: 'refused'; readonly status: number; readonly outcome: string }
  /** Certainly not sent. */
  | {
      readonly kind: 'later'
      readonly status: number | null
      readonly outcome: string
      readonly retryAfter?: string
    }
  /** It may have been sent: only a look-up can tell. */
  | { readonly kind: 'unknown'; readonly outcome: string }

export type LookedUp =
  | { readonly kind: 'found'; readonly sid: string; readonly failed: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly outcome: string }

export type Texter = {
  send(message: { readonly to: string; readonly body: string }): Promise<Texted>
  /** Whether Twilio has a message to this number with this text in it, from this time (epoch ms) on. */
  find(wanted: { readonly to: string; readonly mark: string; readonly sinceMs: number }): Promise<LookedUp>
  close(): Promise<void>
}

export type TexterOptions = {
  readonly accountSid: string
  readonly authToken: Secret
  /** A number in E.164, or `MG…` of a messaging service. */
  readonly from: string
  /** Another origin for the API; null is Twilio's own. */
  readonly apiOrigin: string | null
}

const answerMs = 10_000
const dayMs = 24 * 3_600_000

const Created = z.looseObject({ sid: z.string() })
const Failure = z.looseObject({ code: z.number().int() })
const Listed = z.looseObject({
  messages: z.array(z.looseObject({ sid: z.string(), body: z.string().nullable(), status: z.string() })),
})

/** Codes of errors from before the first byte of the request has left. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource). It takes no idempotency
 * key: a request that was sent and not answered is `unknown`, and never simply sent again.
 */
export function createTexter({ accountSid, authToken, from, apiOrigin }: TexterOptions): Texter {
  const dispatcher = new Agent({
    connect: { timeout: 5_000 },
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
  })
  const origin = apiOrigin ?? 'https://api.twilio.com'
  const url = `${origin}/2010-04-01/Accounts/${accountSid}/Messages.json`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken.reveal()}`).toString('base64')}`
  const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }
  return {
    async send({ to, body }) {
      const form = new URLSearchParams({ To: to, ...sender, Body: body })
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
      try {
        const response = await request(url, { method: 'POST', headers, body: form.toString(), dispatcher })
        const retryAfter = response.headers['retry-after']
        const answer = await response.body.json().catch(() => null)
        return read(response.statusCode, answer, typeof retryAfter === 'string' ? retryAfter : undefined)
      } catch (error) {
        const outcome = codeOf(error)
        if (beforeSending.has(outcome)) return { kind: 'later', status: null, outcome }
        return { kind: 'unknown', outcome }
      }
    },
    async find({ to, mark, sinceMs }) {
      const since = new Date(sinceMs - dayMs).toISOString().slice(0, 10)
      const query = new URLSearchParams({ To: to, 'DateSent>': since, PageSize: '1000' })
      try {
        const { statusCode, body } = await request(`${url}?${query}`, {
          headers: { authorization },
          dispatcher,
        })
        const listed = Listed.safeParse(await body.json().catch(() => null))
        if (statusCode !== 200 || !listed.success) return { kind: 'unknown', outcome: String(statusCode) }
        const found = listed.data.messages.find((message) => message.body?.includes(mark))
        if (!found) return { kind: 'absent' }
        return { kind: 'found', sid: found.sid, failed: /^(failed|undelivered|canceled)$/.test(found.status) }
      } catch (error) {
        return { kind: 'unknown', outcome: codeOf(error) }
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function read(status: number, answer: unknown, retryAfter: string | undefined): Texted {
  if (status === 201) {
    const created = Created.safeParse(answer)
    // Taken, and the answer was torn: which message it is, a look-up tells.
    return created.success
      ? { kind: 'accepted', status, sid: created.data.sid }
      : { kind: 'unknown', outcome: 'unreadable' }
  }
  const code = Failure.safeParse(answer).data?.code
  const outcome = code === undefined ? 'refused' : `twilio-${code}`
  if (status === 429) return { kind: 'later', status, outcome, ...(retryAfter ? { retryAfter } : {}) }
  // Our own log-in: nothing was sent, and somebody has to mend it.
  if (status === 401 || status === 403) return { kind: 'later', status, outcome }
  if (status >= 400 && status < 500) return { kind: 'refused', status, outcome }
  return { kind: 'unknown', outcome: String(status) }
}
