import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { RpcClient } from '../../base/rpc/rpc-client.ts'
import type { EventOf, MethodName, ParamsOf, ResultOf, RpcContract } from '../../base/rpc/rpc-schema.ts'
import type { Secret } from '../../base/secret.ts'

export type PeerListener<C extends RpcContract> = {
  readonly onEvent?: (event: EventOf<C>) => void
  readonly onUp?: () => void
  readonly onDown?: () => void
}

/** The one connection of control to another process, shared by all who speak with it or hear from it. */
export type PeerLink<C extends RpcContract> = {
  readonly up: boolean
  call<M extends MethodName<C>>(method: M, params: ParamsOf<C, M>): Promise<ResultOf<C, M>>
  /** Hears everything from now on; a link that is up says so at once. Returns the way to stop listening. */
  listen(listener: PeerListener<C>): () => void
  close(): void
}

export type PeerLinkOptions = {
  readonly socketPath: string
  readonly token: Secret
  readonly clock: Clock
  readonly log: Log
}

export function linkTo<C extends RpcContract>(contract: C, options: PeerLinkOptions): PeerLink<C> {
  const { log } = options
  const listeners = new Set<PeerListener<C>>()
  /** One listener that fails must not keep the news from the others. */
  const tell = (say: (listener: PeerListener<C>) => void) => {
    for (const listener of [...listeners]) {
      try {
        say(listener)
      } catch (error) {
        log.error({ error, path: options.socketPath }, 'a listener of another process failed')
      }
    }
  }
  const client = new RpcClient({
    contract,
    ...options,
    onEvent: (event) => tell((listener) => listener.onEvent?.(event)),
    onUp: () => {
      log.info({ path: options.socketPath }, 'connected to another process')
      tell((listener) => listener.onUp?.())
    },
    onDown: () => {
      log.warn({ path: options.socketPath }, 'lost another process')
      tell((listener) => listener.onDown?.())
    },
  })
  return {
    get up() {
      return client.up
    },
    call: (method, params) => client.call(method, params),
    listen(listener) {
      listeners.add(listener)
      if (client.up) listener.onUp?.()
      return () => void listeners.delete(listener)
    },
    close: () => client.close(),
  }
}
