import { ApiRefused, type RequestOptions } from '../client/api-client.ts'
import type { AnswerOf } from '../client/endpoints.ts'
import { type EndpointName, routeOf } from '../client/routes.ts'
import { deskClient } from './desk-client.ts'
import { IntentKeys } from './intent-keys.ts'

/** An answer, or what to tell the person: never both. */
export type Told<T> =
  | { readonly value: T; readonly fault: null }
  | { readonly value: null; readonly fault: string }

type Asked<N extends EndpointName> = Omit<RequestOptions<N>, 'key'>

const silence = 'No answer. Look whether it has happened before you do it again.'

/**
 * What administrators do on the desk, and receipts: plain requests beside the stream of calls and payments. A POST
 * that got no answer is sent again with the same key when the same is asked for again.
 */
export class ResultsApi {
  readonly #keys = new IntentKeys()
  readonly #client: ReturnType<typeof deskClient>

  constructor(send?: typeof fetch) {
    this.#client = deskClient(send ? { fetch: send } : {})
  }

  async ask<N extends EndpointName>(name: N, asked?: Asked<N>): Promise<Told<AnswerOf<N>>> {
    const { id = '', connectionId = '', body } = asked ?? {}
    const intent = `${name} ${id} ${connectionId}\n${JSON.stringify(body ?? {})}`
    const key = routeOf(name).method === 'POST' ? { key: this.#keys.keyFor(intent, '') } : {}
    const told = await this.#told(name, { ...asked, ...key } as RequestOptions<N>)
    if (told.fault !== silence) this.#keys.settle(intent)
    return told
  }

  async #told<N extends EndpointName>(name: N, options: RequestOptions<N>): Promise<Told<AnswerOf<N>>> {
    try {
      return { value: await this.#client.request(name, options), fault: null }
    } catch (error) {
      if (!(error instanceof ApiRefused)) return { value: null, fault: silence }
      const { detail, title } = error.problem
      return { value: null, fault: detail || title }
    }
  }
}
