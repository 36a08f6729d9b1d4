import { ApiClient } from '../client/api-client.ts'

export type DeskClientOptions = {
  readonly fetch?: typeof fetch
  /** The server's `Date` header, epoch ms, whenever there is one: the countdown is in the server's time. */
  readonly onServerTime?: (epochMs: number) => void
}

/** A request that takes longer gets no answer any more, in ms. */
const patienceMs = 15_000

/** The typed client in the desk's page: same origin; the session is an HttpOnly cookie that no script sees. */
export function deskClient({ fetch: send, onServerTime }: DeskClientOptions = {}): ApiClient {
  const asPage: typeof fetch = async (input, init) => {
    const signal = AbortSignal.timeout(patienceMs)
    const ours = { ...init, signal, credentials: 'same-origin', cache: 'no-store' } as const
    const response = await (send ? send(input, ours) : fetch(input, ours))
    const epochMs = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(epochMs)) onServerTime?.(epochMs)
    return response
  }
  return new ApiClient({ baseUrl: '', apiKey: null, fetch: asPage })
}
