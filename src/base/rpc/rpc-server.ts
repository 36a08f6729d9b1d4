import { createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync, rmSync } from 'node:fs'
import net from 'node:net'
import { AppError, codeOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Secret } from '../secret.ts'
import { encodeFrame, FrameDecoder } from './frame-codec.ts'
import {
  capBytes,
  type EventOf,
  Hello,
  type MethodName,
  type ParamsOf,
  Request,
  type ResultOf,
  type RpcContract,
} from './rpc-schema.ts'

/** One greeted client. */
export type RpcPeer<C extends RpcContract> = { send(event: EventOf<C>): void }

export type RpcHandlers<C extends RpcContract> = {
  readonly [M in MethodName<C>]: (
    params: ParamsOf<C, M>,
    peer: RpcPeer<C>,
  ) => Promise<ResultOf<C, M>> | ResultOf<C, M>
}

export type RpcServerOptions<C extends RpcContract> = {
  readonly contract: C
  readonly socketPath: string
  readonly token: Secret
  readonly log: Log
  readonly handlers: RpcHandlers<C>
  readonly onPeer?: (peer: RpcPeer<C>) => void
  readonly onPeerGone?: (peer: RpcPeer<C>) => void
}

export type RpcServer = { close(): Promise<void> }

/**
 * Listens on a Unix socket that this user and group may open (mode 0660: with one container a process, they share a
 * group; else the folder is 0700), and greets only who knows the token.
 */
export async function serveRpc<C extends RpcContract>(options: RpcServerOptions<C>): Promise<RpcServer> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, options)
  })
  rmSync(options.socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.socketPath, resolve)
  })
  chmodSync(options.socketPath, 0o660)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function serve<C extends RpcContract>(socket: net.Socket, options: RpcServerOptions<C>): void {
  const { log } = options
  const decoder = new FrameDecoder(capBytes)
  const send = (message: unknown) => void (socket.writable && socket.write(encodeFrame(message, capBytes)))
  let peer: RpcPeer<C> | undefined
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of decoder.push(chunk)) {
        if (peer) {
          void answer(Request.parse(message), peer)
          continue
        }
        if (!sameText(Hello.parse(message).token, options.token.reveal())) throw new WrongToken()
        peer = { send: (event) => send({ type: 'event', event: options.contract.event.parse(event) }) }
        send({ type: 'welcome' })
        options.onPeer?.(peer)
      }
    } catch (error) {
      log.warn({ error, path: options.socketPath }, 'connection refused')
      socket.destroy()
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => peer && options.onPeerGone?.(peer))

  async function answer(
    { id, method, params }: { id: number; method: string; params: unknown },
    from: RpcPeer<C>,
  ) {
    try {
      const spec = options.contract.methods[method]
      if (!spec) throw new MethodUnknown()
      const parsed = spec.params.safeParse(params)
      if (!parsed.success) throw new ParamsInvalid()
      const handler = options.handlers[method as MethodName<C>] as (
        params: unknown,
        peer: RpcPeer<C>,
      ) => unknown
      const result = spec.result.parse(await handler(parsed.data, from))
      send({ type: 'result', id, result })
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ error, method }, 'a request failed')
      send({ type: 'error', id, code: codeOf(error) })
    }
  }
}

/** A client that was not introduced. */
export class WrongToken extends AppError {
  readonly code = 'RPC_WRONG_TOKEN'
  readonly remedy = 'page-someone'
}

/** The two processes are of different versions. */
export class MethodUnknown extends AppError {
  readonly code = 'METHOD_UNKNOWN'
  readonly remedy = 'page-someone'
}

/** Parameters that do not fit the contract: the two processes are of different versions. */
export class ParamsInvalid extends AppError {
  readonly code = 'PARAMS_INVALID'
  readonly remedy = 'page-someone'
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
