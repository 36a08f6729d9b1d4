import { type Dispatcher, request } from 'undici'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import { type ReplyLimits, readReply } from '../clients/read-reply.ts'

/** To the whole of an answer, in ms. */
export const answerMs = 20_000
const limits: ReplyLimits = { mostBytes: 512 * 1024, passesOn: () => true }

export type HttpCall = {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type ConnectionHttp = {
  /** Never throws: what is certain stands in the reply. All headers of the answer are passed on, in lower case. */
  send(call: HttpCall): Promise<GatewayReply>
  close(): Promise<void>
}

/**
 * HTTP to CRMs and books. A redirect is an answer like any other: tokens go to no place that was not named. Nothing of
 * a body is logged.
 */
export function createConnectionHttp(clock: Clock, dispatcher: Dispatcher): ConnectionHttp {
  return {
    async send({ url, method, headers, body }) {
      const abort = new AbortController()
      const timer = clock.after(answerMs, () => abort.abort())
      try {
        const answer = await request(url, {
          method: method as Dispatcher.HttpMethod,
          headers: { 'user-agent': 'Tonewall/1', ...headers },
          body,
          dispatcher,
          signal: abort.signal,
        })
        return await readReply(answer, abort.signal, limits)
      } catch (error) {
        const code = codeOf(error)
        if (notSent[code]) return { kind: 'not-sent', because: notSent[code] }
        return { kind: 'no-answer', because: abort.signal.aborted ? 'timeout' : 'reset' }
      } finally {
        timer.cancel()
      }
    },
    close: () => dispatcher.destroy(),
  }
}

/** Errors of connecting: certain that no byte of the request left. */
const notSent: Readonly<Record<string, 'refused' | 'dns' | 'timeout' | 'policy'>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ADDRESS_REFUSED: 'policy',
}
