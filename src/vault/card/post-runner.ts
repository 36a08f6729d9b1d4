import { Socket, type SocketConstructorOpts } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../../base/clock.ts'
import type { FieldFault } from '../../contracts/card.ts'
import type { GatewayReply } from '../../contracts/gateway-call.ts'
import type { PostedAnswer, PostedFault } from '../../contracts/posted-card.ts'
import type { CollectionEnd } from '../../contracts/vault-port.ts'
import type { Door, DoorOrder, PostedEvent } from '../door-messages.ts'
import { allows } from '../policy.ts'
import { summaryOf } from './card-summary.ts'
import type { DigitBuffer } from './digit-buffer.ts'
import { judge } from './field-rules.ts'
import { canFill } from './fill-slots.ts'
import { trustFor } from './gateway-trust.ts'
import { closeHandle } from './handles.ts'
import type { PostedHead } from './posted-head.ts'
import { takeCard } from './posted-json.ts'
import { hasCredentials, isSigned } from './posted-proof.ts'
import { type Received, receiveRequest } from './posted-request.ts'
import { readPosted } from './posted-text.ts'
import { scrub } from './scrub.ts'
import { beginExchange, type Exchange } from './send-call.ts'

type Receiving = Extract<DoorOrder, { type: 'receive' }>
type Sending = Extract<DoorOrder, { type: 'send' }>

export type PostRunnerOptions = {
  readonly receiving: Receiving
  /** Node's handle of the provider's connection. */
  readonly handle: unknown
  readonly digits: DigitBuffer
  readonly clock: Clock
  readonly onPosted: (event: PostedEvent) => void
  readonly onReply: (reply: GatewayReply) => void
  /** Everything is zeroed; the process may go. */
  readonly onEnd: (why: CollectionEnd | 'finished') => void
}

/**
 * One card that a voice provider posts: TLS ends here, the card is taken out of the request by bytes, control hears what
 * is left, sends the card on, and says what to answer. One connection, one request, one card, then the process ends.
 *
 *   receiving ──refused (400, 401, 404 …)──▶ ended
 *       └──▶ posted ──send──▶ posted ──answer──▶ ended          a time limit, from anywhere ──▶ ended
 */
export class PostRunner {
  readonly #options: PostRunnerOptions
  readonly #socket: TLSSocket
  #door: Door | undefined
  #gateway: SecureContext | undefined
  #exchange: Exchange | undefined
  #timer: Timer
  #over = false

  constructor(options: PostRunnerOptions) {
    const { receiving, handle, clock } = options
    this.#options = options
    const raw = new Socket({ handle } as unknown as SocketConstructorOpts)
    raw.on('error', () => {})
    const { certificate: cert, key } = receiving
    this.#socket = new TLSSocket(raw, {
      isServer: true,
      secureContext: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
      ALPNProtocols: ['http/1.1'],
    })
    // The provider may go; what was begun with its card is finished all the same, and told when it asks again.
    this.#socket.on('error', () => this.#gone())
    this.#socket.on('close', () => this.#gone())
    this.#timer = clock.after(receiving.requestMs, () => this.#end('whole-timeout'))
    receiveRequest(this.#socket, (received) => this.#received(received))
  }

  send({ call, last }: Sending, handle: unknown): void {
    const { digits, clock, onReply } = this.#options
    const door = this.#door
    if (!door || !this.#gateway || this.#exchange || !allows(door, call) || !canFill(call, digits)) {
      closeHandle(handle)
      onReply({ kind: 'not-sent', because: 'policy' })
      return
    }
    this.#exchange = beginExchange({
      ...{ call, digits, handle, clock, secureContext: this.#gateway },
      onReply: (reply) => {
        this.#exchange = undefined
        if (last && reply.kind !== 'not-sent') digits.zeroAll()
        onReply(reply)
      },
    })
  }

  answer(answer: PostedAnswer): void {
    this.#respond('200 OK', JSON.stringify(answer))
  }

  stop(why: CollectionEnd): void {
    this.#end(why)
  }

  #received(received: Received): void {
    if (received.is === 'refused') this.#respond(received.status)
    else this.#take(received)
  }

  #take({ head, body }: Extract<Received, { is: 'whole' }>): void {
    const path = head.target.split('?', 1)[0]
    const door = this.#options.receiving.doors.find((one) => one.path === path)
    const refusal = door ? whyRefused(head, body, door) : { status: '404 Not Found' }
    if (door && !refusal) this.#takeFrom(body, door)
    else {
      body.fill(0)
      this.#respond(refusal?.status ?? '', '', refusal?.header)
    }
  }

  #takeFrom(body: Buffer, door: Door): void {
    const { digits, onPosted } = this.#options
    const taken = takeCard(body, digits)
    // Whatever else of it stands in the body: in a description, in the parameters.
    scrub(body, digits)
    const request = taken.ok ? readPosted(body, taken.fields) : undefined
    body.fill(0)
    if (!request) {
      digits.zeroAll()
      this.#respond('400 Bad Request')
      return
    }
    const fault = this.#faultIn()
    const card = fault ? null : summaryOf(digits)
    if (fault) digits.zeroAll()
    this.#begin(door)
    onPosted({ type: 'card-posted', door: door.id, request, card, fault })
  }

  #begin(door: Door): void {
    const { clock, receiving } = this.#options
    this.#door = door
    this.#gateway = trustFor(door.ca)
    this.#timer.cancel()
    this.#timer = clock.after(receiving.answerMs, () => this.#respond('504 Gateway Timeout'))
  }

  /** Number, expiry and security code have to come: connectors have a slot for each of them. */
  #faultIn(): PostedFault | null {
    const { digits, clock } = this.#options
    for (const field of ['pan', 'expiry', 'csc'] as const) {
      if (digits.length(field) === 0) return { field, fault: 'too-short' }
      const { result } = judge(field, digits, { now: clock.now() })
      // Of a card's fields: no rule of an account is asked here.
      if (result !== 'valid') return { field, fault: result as FieldFault }
    }
    return null
  }

  #respond(status: string, body = '', header = ''): void {
    if (this.#over) return
    const type = body === '' ? '' : 'Content-Type: application/json\r\n'
    const head = `HTTP/1.1 ${status}\r\n${header}${type}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
    if (this.#socket.destroyed) this.#end('finished')
    else this.#socket.end(head + body, () => this.#end('finished'))
  }

  #gone(): void {
    // Before the card is in, there is nothing to finish.
    if (!this.#door) this.#end('finished')
  }

  #end(why: CollectionEnd | 'finished'): void {
    if (this.#over) return
    this.#over = true
    this.#timer.cancel()
    this.#exchange?.abort()
    this.#options.digits.zeroAll()
    this.#options.onEnd(why)
  }
}

type Refusal = { readonly status: string; readonly header?: string }

/** Before a byte of the body is looked at, but for its digest. */
function whyRefused(head: PostedHead, body: Buffer, door: Door): Refusal | undefined {
  if (head.method !== 'POST') return { status: '405 Method Not Allowed', header: 'Allow: POST\r\n' }
  if (!hasCredentials(head, door))
    return { status: '401 Unauthorized', header: 'WWW-Authenticate: Basic realm="pay"\r\n' }
  if (!isSigned(head, body, door)) return { status: '403 Forbidden' }
  const type = head.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  return type === 'application/json' ? undefined : { status: '415 Unsupported Media Type' }
}
