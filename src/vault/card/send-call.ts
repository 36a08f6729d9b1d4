import { Socket, type SocketConstructorOpts } from 'node:net'
import { connect, type SecureContext, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../../base/clock.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { fillSlots } from './fill-slots.ts'
import { HttpResponseReader, type Reading } from './http-response.ts'
import { isAddress } from './is-address.ts'
import { replyOf } from './reply.ts'
import { anchorOf } from './trust-anchor.ts'

export type ExchangeOptions = {
  readonly call: GatewayCall
  readonly digits: DigitBuffer
  /** Node's handle of a connected TCP socket, as it came over the IPC channel. */
  readonly handle: unknown
  readonly secureContext: SecureContext
  readonly clock: Clock
  /** Wanted only where it is not known yet: it costs a look at the whole chain. */
  readonly onAnchor?: (fingerprint256: string) => void
  /** Called once. */
  readonly onReply: (reply: GatewayReply) => void
}

export type Exchange = {
  /** Ends the exchange now; `onReply` is called before this returns. */
  abort(): void
}

type NotSent = Extract<GatewayReply, { kind: 'not-sent' }>['because']
type NoAnswer = Extract<GatewayReply, { kind: 'no-answer' }>['because']

const handshakeLimitMs = 10_000

/**
 * One request and its answer on a connection of its own. Before the one `write`, whatever goes wrong is `not-sent`:
 * no byte of the request has left. From that call on it is `no-answer`, even if the kernel took nothing.
 *
 * The write comes one turn after the handshake. In the same turn, OpenSSL is not ready, and Node would keep a copy of
 * the clear bytes until it is; measured, that copy is what stays behind in memory.
 */
export function beginExchange(options: ExchangeOptions): Exchange {
  const { call, digits, clock } = options
  const reader = new HttpResponseReader()
  let phase: 'handshake' | 'written' | 'over' = 'handshake'
  let request: Buffer | undefined
  let timer: Timer = clock.after(Math.min(handshakeLimitMs, call.timeoutMs), () => fail('timeout', 'timeout'))
  const socket = secure(options)

  socket.once('secureConnect', () => {
    const anchor = options.onAnchor && anchorOf(socket)
    if (anchor !== undefined) options.onAnchor?.(anchor)
    setImmediate(write)
  })
  socket.on('data', (chunk: Buffer) => {
    if (phase === 'written') take(reader.push(chunk))
    chunk.fill(0)
  })
  socket.on('end', () => (phase === 'written' && reader.began ? take(reader.end()) : fail('tls', 'reset')))
  socket.on('error', () => fail('tls', reader.began ? 'truncated' : 'reset'))
  socket.on('close', () => fail('tls', reader.began ? 'truncated' : 'reset'))
  return { abort: () => fail('gone', 'gone') }

  function write(): void {
    if (phase !== 'handshake') return
    if (socket.destroyed || !socket.writable) {
      fail('refused', 'reset')
      return
    }
    timer.cancel()
    timer = clock.after(call.timeoutMs, () => fail('timeout', 'timeout'))
    request = fillSlots(call, digits, clock.now())
    phase = 'written'
    socket.write(request, () => request?.fill(0))
  }

  function take(reading: Reading): void {
    if (reading.is === 'broken') fail('tls', reading.because)
    else if (reading.is === 'complete') finish(replyOf(reading.response, digits))
  }

  function fail(before: NotSent, after: NoAnswer): void {
    if (phase === 'handshake') finish({ kind: 'not-sent', because: before })
    else if (phase === 'written') finish({ kind: 'no-answer', because: after })
  }

  function finish(reply: GatewayReply): void {
    phase = 'over'
    timer.cancel()
    request?.fill(0)
    reader.wipe()
    socket.destroy()
    options.onReply(reply)
  }
}

/** TLS ends here, in the card process: the gate sees nothing but what goes over the wire. */
function secure({ call, handle, secureContext }: ExchangeOptions): TLSSocket {
  // Node's own types do not know the option, which is how cluster workers take connections over.
  const socket = new Socket({ handle } as unknown as SocketConstructorOpts)
  // The error is handled where the TLS socket reports it.
  socket.on('error', () => {})
  const { hostname } = new URL(call.origin)
  return connect({
    socket,
    secureContext,
    host: hostname,
    // RFC 6066 §3: no IP address in the server name.
    ...(isAddress(hostname) ? {} : { servername: hostname }),
    ALPNProtocols: ['http/1.1'],
  })
}
