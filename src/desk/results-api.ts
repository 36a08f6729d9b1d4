import type { Problem } from '../contracts/desk-port.ts'
import { type ResultRoute, resultRoutes } from './results-routes.ts'

/** An answer, or what to tell the person: never both. */
export type Told<T> =
  | { readonly value: T; readonly fault: null }
  | { readonly value: null; readonly fault: string }

/** `id` and `connectionId` fill the path's holes. */
type Place = { readonly id?: string; readonly connectionId?: string; readonly query?: URLSearchParams }

const silence = 'No answer. Look whether it has happened before you do it again.'

/**
 * What administrators do on the desk, and receipts: plain requests beside the stream of calls and payments. A POST
 * that got no answer is sent again with the same key when the same is asked for again.
 */
export class ResultsApi {
  readonly #keys = new Map<string, string>()
  readonly #fetch: typeof fetch

  constructor(send: typeof fetch = (input, init) => fetch(input, init)) {
    this.#fetch = send
  }

  get<T>(name: ResultRoute, place: Place = {}): Promise<Told<T>> {
    return this.#ask<T>(`${pathTo(name, place)}${place.query ? `?${place.query}` : ''}`, { method: 'GET' })
  }

  async post<T>(name: ResultRoute, body: object = {}, id = ''): Promise<Told<T>> {
    const path = pathTo(name, { id })
    const text = JSON.stringify(body)
    const intent = `${path}\n${text}`
    const key = this.#keys.get(intent) ?? crypto.randomUUID()
    this.#keys.set(intent, key)
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const told = await this.#ask<T>(path, { method: 'POST', headers, body: text })
    if (told.fault !== silence) this.#keys.delete(intent)
    return told
  }

  /** Changes what is there: asked for twice, it is the same. */
  change<T>(
    name: ResultRoute,
    { method, body, ...place }: Place & { readonly method: 'PUT' | 'PATCH'; readonly body: object },
  ): Promise<Told<T>> {
    const headers = { 'content-type': 'application/json' }
    return this.#ask<T>(pathTo(name, place), { method, headers, body: JSON.stringify(body) })
  }

  remove(name: ResultRoute, id: string): Promise<Told<null>> {
    return this.#ask<null>(pathTo(name, { id }), { method: 'DELETE' })
  }

  async #ask<T>(path: string, init: RequestInit): Promise<Told<T>> {
    try {
      const signal = AbortSignal.timeout(15_000)
      const response = await this.#fetch(path, {
        ...init,
        signal,
        credentials: 'same-origin',
        cache: 'no-store',
      })
      const text = await response.text()
      if (response.ok) return { value: (text === '' ? null : JSON.parse(text)) as T, fault: null }
      return { value: null, fault: faultOf(text) }
    } catch {
      return { value: null, fault: silence }
    }
  }
}

function pathTo(name: ResultRoute, { id = '', connectionId = '' }: Place): string {
  return resultRoutes[name]
    .replace('{id}', encodeURIComponent(id))
    .replace('{connectionId}', encodeURIComponent(connectionId))
}

function faultOf(text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as Problem
    return detail || title
  } catch {
    return silence
  }
}
