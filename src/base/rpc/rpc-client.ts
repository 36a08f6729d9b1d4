import net from 'node:net'
import { backoffMs } from '../backoff.ts'
import type { Clock, Timer } from '../clock.ts'
import { AppError, codeOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Secret } from '../secret.ts'
import { encodeFrame, FrameDecoder } from './frame-codec.ts'
import {
  capBytes,
  type EventOf,
  type MethodName,
  type ParamsOf,
  type ResultOf,
  type RpcContract,
  ServerMessage,
} from './rpc-schema.ts'

/** The other process is away: the request was not sent, or its answer will not come. */
export class PeerAway extends AppError {
  readonly code = 'PEER_AWAY'
  readonly remedy = 'retry'
  /** False when the request never left, so that it may be sent again without asking. */
  readonly sent: boolean
  constructor(sent: boolean) {
    super('the other process is away')
    this.sent = sent
  }
}

/** The other process refused the request; `code` is its own error code. */
export class RequestRefused extends AppError {
  readonly code: string
  readonly remedy = 'fix-request'
  constructor(code: string) {
    super('the other process refused the request')
    this.code = code
  }
}

export type RpcClientOptions<C extends RpcContract> = {
  readonly contract: C
  readonly socketPath: string
  readonly token: Secret
  readonly clock: Clock
  readonly log: Log
  readonly onEvent: (event: EventOf<C>) => void
  /** After every successful greeting, the first one included. */
  readonly onUp?: () => void
  /** After every loss of a greeted connection; every pending request has been rejected before it. */
  readonly onDown?: () => void
}

type Pending = { resolve(result: unknown): void; reject(error: Error): void; readonly method: string }

/** A client that keeps itself connected. While the peer is away, calls reject at once: nothing is queued. */
export class RpcClient<C extends RpcContract> {
  readonly #options: RpcClientOptions<C>
  readonly #pending = new Map<number, Pending>()
  #socket: net.Socket | undefined
  #up = false
  #closed = false
  #nextId = 0
  #failures = 0
  #retry: Timer | undefined

  constructor(options: RpcClientOptions<C>) {
    this.#options = options
    this.#connect()
  }

  get up(): boolean {
    return this.#up
  }

  async call<M extends MethodName<C>>(method: M, params: ParamsOf<C, M>): Promise<ResultOf<C, M>> {
    const socket = this.#socket
    if (!socket || !this.#up) throw new PeerAway(false)
    const spec = this.#options.contract.methods[method]
    if (!spec) throw new Error(`no such method: ${method}`)
    const id = this.#nextId++
    const frame = encodeFrame({ type: 'request', id, method, params: spec.params.parse(params) }, capBytes)
    const result = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, method })
      socket.write(frame)
    })
    return spec.result.parse(result) as ResultOf<C, M>
  }

  close(): void {
    this.#closed = true
    this.#retry?.cancel()
    this.#socket?.destroy()
  }

  #connect(): void {
    const { socketPath, token } = this.#options
    const decoder = new FrameDecoder(capBytes)
    const socket = net.connect(socketPath)
    this.#socket = socket
    socket.on('connect', () => socket.write(encodeFrame({ type: 'hello', token: token.reveal() }, capBytes)))
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const message of decoder.push(chunk)) this.#receive(ServerMessage.parse(message))
      } catch (error) {
        this.#options.log.error({ error, path: socketPath }, 'unreadable message from the other process')
        socket.destroy()
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#lost())
  }

  #receive(message: ReturnType<typeof ServerMessage.parse>): void {
    if (message.type === 'welcome') {
      this.#up = true
      this.#failures = 0
      this.#options.onUp?.()
      return
    }
    if (message.type === 'event') {
      const event = this.#options.contract.event.parse(message.event) as EventOf<C>
      try {
        this.#options.onEvent(event)
      } catch (error) {
        this.#options.log.error({ error }, 'an event of the other process was not handled')
      }
      return
    }
    const pending = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if (!pending) return
    if (message.type === 'result') pending.resolve(message.result)
    else pending.reject(new RequestRefused(message.code))
  }

  #lost(): void {
    const wasUp = this.#up
    this.#up = false
    this.#socket = undefined
    for (const [id, pending] of this.#pending) {
      this.#pending.delete(id)
      pending.reject(new PeerAway(true))
    }
    if (wasUp) this.#options.onDown?.()
    if (this.#closed) return
    const waitMs = backoffMs(this.#failures++, { firstMs: 50, capMs: 1_000, random: Math.random })
    this.#retry = this.#options.clock.after(waitMs, () => this.#connect())
  }
}

/** True when the failed call may have taken effect on the other side. */
export function mayHaveHappened(error: unknown): boolean {
  return !(error instanceof PeerAway && !error.sent) && codeOf(error) !== 'METHOD_UNKNOWN'
}
