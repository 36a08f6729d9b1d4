import { WebSocket } from 'ws'
import { type Clock, systemClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { AudioRecording } from './audio-recording.ts'
import {
  type FromHandset,
  frameMs,
  frameOctets,
  type HandsetKey,
  type KeyReport,
  type StopReason,
  ToHandset,
} from './handset-protocol.ts'
import { HandsetVoice } from './handset-voice.ts'
import { Ticker } from './ticker.ts'

/** Nothing takes calls at the carrier's address. */
export class CarrierNotThere extends AppError {
  readonly code = 'SIMULATOR_CARRIER_NOT_THERE'
  readonly remedy = 'retry'
  constructor(url: string) {
    super(`no telephone network answers at ${url}; is the sandbox running? (tonewall start)`)
  }
}

/** The carrier's socket closed before what was waited for had happened. */
export class HandsetDisconnected extends AppError {
  readonly code = 'SIMULATOR_HANDSET_DISCONNECTED'
  readonly remedy = 'retry'
}

export type HandsetOptions = {
  /** The carrier, for example `ws://127.0.0.1:4100`; `http:` is understood too. */
  readonly url: string
  readonly role:
    | { readonly kind: 'caller'; readonly from: string; readonly to?: string }
    /**
     * Joins one call of this identity: the one named by `callSid`, or the first whose `<Stream>` has `parameters`
     * (the platform's `callId`, say). With `parameters` the carrier sends this handset no other call's audio.
     */
    | {
        readonly kind: 'agent'
        readonly identity: string
        readonly callSid?: string
        readonly parameters?: Readonly<Record<string, string>>
      }
  /** One for all handsets of a process. */
  readonly ticker?: Ticker
  readonly clock?: Clock
  /** Whether it sends audio at all: a caller does unless told, an agent leaves the talking to the robot unless told. */
  readonly talks?: boolean
  readonly records?: boolean
}

export type PressOptions = {
  /** Length of the tone, in ms; 100 unless told. */
  readonly toneMs?: number
  /** Least silence after it, in ms; 100 unless told, never below 40. */
  readonly gapMs?: number
  readonly report?: KeyReport
}

type Message<Event extends ToHandset['event']> = Extract<ToHandset, { event: Event }>
type Milestone = 'ringing' | 'answered' | 'start' | 'stop'

const shared = new Ticker(systemClock)

/**
 * A telephone for programs. Its audio leaves in frames of 20 ms from a ticker shared by all handsets of the process;
 * tones are laid into it sample by sample, so that `sent` is exactly what the network was given.
 */
export class Handset {
  readonly heard = new AudioRecording()
  readonly sent = new AudioRecording()
  readonly voice = new HandsetVoice()
  readonly #options: HandsetOptions
  readonly #clock: Clock
  readonly #ticker: Ticker
  readonly #socket: WebSocket
  readonly #reached = new Map<Milestone, Message<'state' | 'start' | 'stop'>>()
  readonly #waiting: Array<{ milestone: Milestone; resolve: () => void }> = []
  /** Rejected when the line closes, whatever was promised. */
  readonly #line = Promise.withResolvers<never>()
  #stopTicking: (() => void) | undefined
  #callSid: string | undefined
  #streamSid: string | undefined
  #startedMs: number | undefined
  /** Where the present stream begins in the recording, in octets. */
  #streamAtOctet = 0
  #startCount = 0

  constructor(options: HandsetOptions, socket: WebSocket) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#ticker = options.ticker ?? (this.#clock === systemClock ? shared : new Ticker(this.#clock))
    this.#socket = socket
    if (options.role.kind === 'agent') this.#callSid = options.role.callSid
    this.#line.promise.catch(() => {})
    socket.on('message', (data) => this.#take(data as Buffer))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => this.#closed())
  }

  /** True until the line has closed, or began to. */
  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get callSid(): string | undefined {
    return this.#callSid
  }

  /** How often media has started: more than once when the platform lost a stream. */
  get startCount(): number {
    return this.#startCount
  }

  /** Parameters of the platform's `<Stream>`, of the newest start. */
  get customParameters(): Readonly<Record<string, string>> {
    return (this.#reached.get('start') as Message<'start'> | undefined)?.start.customParameters ?? {}
  }

  /** Why the call ended; undefined while it goes on. */
  get stopReason(): StopReason | undefined {
    return (this.#reached.get('stop') as Message<'stop'> | undefined)?.stop.reason
  }

  /** Settles when it has happened, at once when it has already. Rejects with HandsetDisconnected. */
  reached(milestone: Milestone): Promise<void> {
    if (this.#reached.has(milestone)) return Promise.resolve()
    return this.whileOpen(new Promise<void>((resolve) => this.#waiting.push({ milestone, resolve })))
  }

  /** Says `octets` of mu-law; settles when they have been sent, or other speech cut them off. */
  speak(octets: Uint8Array, options?: { loop?: boolean }): Promise<void> {
    return this.whileOpen(this.voice.speak(octets, options))
  }

  /** Presses a key; settles when it comes up: its tone has been sent, or its message. Keys pressed ahead wait for their turn. */
  press(key: HandsetKey, { toneMs = 100, gapMs = 100, report = 'audio' }: PressOptions = {}): Promise<void> {
    const tell = () => this.#send({ event: 'dtmf', dtmf: { digit: key, report: 'message', toneMs } })
    const { promise, resolve } = Promise.withResolvers<void>()
    const onEnd = () => {
      if (report !== 'audio') tell()
      resolve()
    }
    this.voice.press({ key, toneMs, gapMs, mute: report === 'message', onEnd })
    return this.whileOpen(promise)
  }

  /** Ends the call; settles when the carrier has confirmed it. */
  async hangUp(): Promise<void> {
    if (this.stopReason === undefined && this.#socket.readyState === WebSocket.OPEN) {
      this.#send({ event: 'stop', ...(this.#callSid ? { callSid: this.#callSid } : {}) })
      await this.reached('stop').catch(() => {})
    }
    this.close()
  }

  /** Leaves at once: a caller's call ends, an agent's goes on without this handset. */
  close(): void {
    this.#stopTicking?.()
    this.#socket.close(1000)
  }

  /** The same promise, rejected with HandsetDisconnected when the line closes before it settles. */
  whileOpen<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#line.promise])
  }

  #take(data: Buffer): void {
    const message = ToHandset.parse(JSON.parse(data.toString('utf8')))
    switch (message.event) {
      case 'state':
        if (this.#isMine(message.callSid) && message.state !== 'reconnecting')
          this.#reach(message.state, message)
        break
      case 'start':
        if (this.#isMine(message.start.callSid)) this.#started(message)
        break
      case 'media':
        if (message.streamSid === this.#streamSid) this.#hear(message)
        break
      case 'stop':
        if (this.#isMine(message.stop.callSid)) this.#reach('stop', message)
        break
      case 'connected':
      case 'mark':
        break
    }
  }

  /** An agent's socket carries every call of its identity: this handset is for one. */
  #isMine(callSid: string): boolean {
    this.#callSid ??= callSid
    return this.#callSid === callSid
  }

  #started(message: Message<'start'>): void {
    const nowMs = this.#clock.monotonicMs()
    this.#startedMs ??= nowMs
    this.#startCount++
    this.#streamSid = message.streamSid
    this.#streamAtOctet = Math.round((nowMs - this.#startedMs) / frameMs) * frameOctets
    this.#reach('start', message)
    const { talks = this.#options.role.kind === 'caller' } = this.#options
    if (talks) this.#stopTicking ??= this.#ticker.add(() => this.#talk())
  }

  #talk(): void {
    const frame = this.voice.frame()
    if (this.#options.records !== false) this.sent.add(this.sent.length, frame, this.#clock.monotonicMs())
    const media = { payload: frame.toString('base64') }
    this.#send({ event: 'media', ...(this.#streamSid ? { streamSid: this.#streamSid } : {}), media })
  }

  #hear({ media }: Message<'media'>): void {
    if (this.#options.records === false) return
    const octets = Buffer.from(media.payload, 'base64')
    this.heard.add(this.#streamAtOctet + Number(media.timestamp) * 8, octets, this.#clock.monotonicMs())
  }

  #send(message: FromHandset): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #reach(milestone: Milestone, message: Message<'state' | 'start' | 'stop'>): void {
    this.#reached.set(milestone, message)
    if (milestone === 'stop') this.#stopTicking?.()
    for (const waiting of this.#waiting.filter((one) => one.milestone === milestone)) waiting.resolve()
  }

  #closed(): void {
    this.#stopTicking?.()
    this.#line.reject(new HandsetDisconnected('the line closed before that happened'))
    this.voice.hush()
  }
}

/** Connects to the carrier; a caller dials with it. Settles once the socket is open. Throws CarrierNotThere. */
export async function connectHandset(options: HandsetOptions): Promise<Handset> {
  const socket = new WebSocket(handsetUrl(options), { perMessageDeflate: false, handshakeTimeout: 10_000 })
  const handset = new Handset(options, socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('close', () => reject(new CarrierNotThere(options.url)))
  })
  return handset
}

function handsetUrl({ url, role }: HandsetOptions): URL {
  const target = new URL(`/handset/${role.kind}`, url.replace(/^http/, 'ws'))
  if (role.kind === 'agent') {
    target.searchParams.set('identity', role.identity)
    for (const [name, value] of Object.entries(role.parameters ?? {}))
      target.searchParams.set(`parameter.${name}`, value)
  } else {
    target.searchParams.set('from', role.from)
    if (role.to) target.searchParams.set('to', role.to)
  }
  return target
}
