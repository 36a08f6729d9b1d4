import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { HandsetKey, KeyReport, StopReason } from '../handset-protocol.ts'
import type { Ticker } from '../ticker.ts'
import { MediaStream, type StreamEnd } from './media-stream.ts'
import { type Line, performTwiml, type Source } from './perform-twiml.ts'
import { newSid } from './sid.ts'
import type { FormParameters } from './signature.ts'
import type { CallEvent, StatusCallbacks } from './status-callbacks.ts'
import type { StreamVerb } from './twiml.ts'
import { Uplink } from './uplink.ts'
import type { Webhooks } from './webhooks.ts'

export type FinalStatus = 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'
export type CallStatus = 'queued' | 'initiated' | 'ringing' | 'in-progress' | FinalStatus

/** Who is at the handset's end of a call. */
export type Party = {
  state(call: Call, state: 'ringing' | 'answered' | 'reconnecting'): void
  start(call: Call, streamSid: string, parameters: FormParameters): void
  /** A frame that is heard now; `chunk` counts from 1 within the stream. */
  hear(streamSid: string, frame: Buffer, chunk: number): void
  /** A mark of the handset's own: what it sent before has been sent on. */
  sent(streamSid: string, mark: string): void
  stop(call: Call, reason: StopReason): void
}

/** What every call of the network shares. */
export type Network = {
  readonly accountSid: string
  readonly authToken: string
  readonly clock: Clock
  readonly ticker: Ticker
  readonly log: Log
  readonly webhooks: Webhooks
}

export type CallOptions = {
  readonly network: Network
  readonly direction: 'inbound' | 'outbound-api'
  readonly from: string
  readonly to: string
  readonly party: Party
  /** The handset's audio while nobody talks into it; silence unless told. */
  readonly idle?: () => Buffer
  readonly callbacks: StatusCallbacks
}

/** After a stream that could not be opened, so that a platform that is away is not stormed. */
const afterFailureMs = 250

/**
 * One call of the network: its handset at one end, the platform's TwiML at the other.
 *
 *   inbound:   ringing ──answered by TwiML──→ in-progress ─→ completed
 *                 └──Reject──→ busy · failed
 *   outbound:  queued → initiated → ringing → in-progress ─→ completed
 *                                      └──→ busy · no-answer · failed · canceled
 */
export class Call {
  readonly sid = newSid('CA')
  readonly createdMs: number
  readonly uplink: Uplink
  readonly #options: CallOptions
  #status: CallStatus
  #answeredMs: number | undefined
  #endedMs: number | undefined
  #program = new AbortController()
  #stream: MediaStream | undefined
  #streams = 0

  constructor(options: CallOptions) {
    this.#options = options
    this.#status = options.direction === 'inbound' ? 'ringing' : 'queued'
    this.createdMs = options.network.clock.now()
    this.uplink = new Uplink(options.idle)
  }

  get options(): CallOptions {
    return this.#options
  }

  get status(): CallStatus {
    return this.#status
  }

  get over(): boolean {
    return this.#endedMs !== undefined
  }

  get answeredMs(): number | undefined {
    return this.#answeredMs
  }

  get endedMs(): number | undefined {
    return this.#endedMs
  }

  /** Seconds between answer and end, as Twilio counts them: begun ones count. */
  get durationSeconds(): number {
    if (this.#answeredMs === undefined || this.#endedMs === undefined) return 0
    return Math.ceil((this.#endedMs - this.#answeredMs) / 1000)
  }

  /** What webhooks say of this call. */
  parameters(): Record<string, string> {
    const { from, to, direction, network } = this.#options
    return {
      AccountSid: network.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: this.sid,
      CallStatus: this.#status,
      Called: to,
      Caller: from,
      Direction: direction,
      From: from,
      To: to,
    }
  }

  /** Moves an outbound call towards its answer. */
  advance(status: 'initiated' | 'ringing'): void {
    if (this.over) return
    this.#status = status
    if (status === 'ringing') this.#options.party.state(this, 'ringing')
    this.#report(status)
  }

  answer(): void {
    if (this.over || this.#status === 'in-progress') return
    this.#status = 'in-progress'
    this.#answeredMs = this.#options.network.clock.now()
    this.#options.party.state(this, 'answered')
    this.#report('answered')
  }

  /** Performs TwiML from `source` on; what was performed until now is left. */
  perform(source: Source): void {
    if (this.over) return
    const program = new AbortController()
    this.#program.abort()
    this.#program = program
    this.#stream?.stop()
    const fail = (error: unknown) => {
      if (program.signal.aborted) return
      this.#options.network.log.warn(
        { callSid: this.sid, code: codeOf(error) },
        'the call failed by its TwiML',
      )
      this.end(this.#answeredMs === undefined ? 'failed' : 'completed', 'failed')
    }
    performTwiml(source, this.#line(), program.signal).then((performed) => {
      if (performed?.ended === 'rejected') this.end('busy', performed.reason)
      else if (performed) this.end('completed', 'hung-up-by-platform')
    }, fail)
  }

  /** A key of the handset, told to the platform as the handset asks. */
  press({ digit, report, toneMs }: { digit: HandsetKey; report: KeyReport; toneMs: number }): void {
    // A provider reports a key when it has seen all of it.
    const tell = () => this.#stream?.dtmf(digit)
    // In its turn: a message that overtook the handset's own tone by much would be another press.
    if (report === 'message') this.uplink.inTurn(tell)
    else this.uplink.press({ key: digit, toneMs, ...(report === 'both' ? { onEnd: tell } : {}) })
  }

  /** The handset asks to be told when what it sent until now has been sent on. */
  mark(name: string): void {
    this.uplink.inTurn(() => {
      const streamSid = this.#stream?.streamSid
      if (streamSid) this.#options.party.sent(streamSid, name)
    })
  }

  /** Ends the call, whatever it was doing. Harmless when it is over. */
  end(status: FinalStatus, reason: StopReason): void {
    if (this.over) return
    this.#status = status
    this.#endedMs = this.#options.network.clock.now()
    this.#program.abort()
    this.#stream?.stop()
    this.#options.party.stop(this, reason)
    this.#reportTornAudio()
    this.#report('completed')
  }

  /** A tone with a hole in it is two, or none: on a machine that is too busy this explains keys that were misheard. */
  #reportTornAudio(): void {
    const { silenced, dropped } = this.uplink.counts
    if (silenced + dropped === 0) return
    const facts = { callSid: this.sid, count: silenced + dropped }
    this.#options.network.log.warn(facts, 'frames of the handset came too late or too many at once')
  }

  #line(): Line {
    const { webhooks, clock } = this.#options.network
    return {
      ask: (target) => webhooks.ask(target, this.parameters()),
      answer: () => this.answer(),
      stream: (verb, signal) => this.#connect(verb, signal),
      wait: (ms, signal) =>
        new Promise((resolve) => {
          const timer = clock.after(ms, resolve)
          signal.addEventListener('abort', () => {
            timer.cancel()
            resolve()
          })
        }),
    }
  }

  async #connect(verb: StreamVerb, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { accountSid, clock } = this.#options.network
    const identity = { accountSid, callSid: this.sid, streamSid: newSid('MZ') }
    if (this.#streams++ > 0) this.#options.party.state(this, 'reconnecting')
    const { promise: ended, resolve } = Promise.withResolvers<StreamEnd>()
    const stream = this.#openStream(verb, identity, resolve)
    this.#stream = stream
    const end = await ended
    // Another program may have opened its own stream by now.
    if (this.#stream === stream) this.#stream = undefined
    if (end === 'not-connected' && !signal.aborted)
      await new Promise<void>((resolve) => clock.after(afterFailureMs, resolve))
  }

  #openStream(
    verb: StreamVerb,
    identity: { accountSid: string; callSid: string; streamSid: string },
    onEnd: (why: StreamEnd) => void,
  ): MediaStream {
    const { network, party } = this.#options
    const { streamSid } = identity
    return new MediaStream({
      url: verb.url,
      authToken: network.authToken,
      identity,
      parameters: verb.parameters,
      ticker: network.ticker,
      log: network.log,
      mouth: (send) => this.uplink.pull(send),
      ear: (frame, chunk) => party.hear(streamSid, frame, chunk),
      onStart: () => {
        this.uplink.clear()
        party.start(this, streamSid, verb.parameters)
      },
      onEnd,
    })
  }

  #report(event: CallEvent): void {
    const length = event === 'completed' ? { CallDuration: String(this.durationSeconds) } : undefined
    this.#options.callbacks.report(event, { ...this.parameters(), ...length })
  }
}
