import type { Clock } from '../../base/clock.ts'
import { handsetMessages } from '../handset-messages.ts'
import type { FromHandset, StopReason, ToHandset } from '../handset-protocol.ts'
import type { Call, Party } from './call.ts'
import type { FormParameters } from './signature.ts'

/** A handset at the agent's end. */
export type AgentHandset = {
  /** Joins calls to this identity; `*` joins all. */
  readonly identity: string
  /** Joins only calls whose `<Stream>` has these parameters; none asks for none. */
  readonly parameters: FormParameters
  send(message: ToHandset): void
}

/** After this long without a frame, another handset may talk. */
const floorMs = 1_000

/** Brings together the calls that the platform dials to agents and the handsets that wait for them. */
export class AgentExchange {
  readonly #clock: Clock
  readonly #handsets = new Set<AgentHandset>()
  readonly #lines = new Set<AgentLine>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The party at the end of a call to `identity`. */
  line(identity: string): Party {
    const remove = () => void this.#lines.delete(line)
    const line = new AgentLine({ identity, handsets: this.#handsets, clock: this.#clock, onStop: remove })
    this.#lines.add(line)
    return line
  }

  attach(handset: AgentHandset): void {
    this.#handsets.add(handset)
    for (const line of this.#lines) if (line.isFor(handset)) line.tell(handset)
  }

  detach(handset: AgentHandset): void {
    this.#handsets.delete(handset)
    for (const line of this.#lines) line.leave(handset)
  }

  /** A message of an attached handset goes to the call that it names, or to its newest. */
  take(handset: AgentHandset, message: FromHandset): void {
    const lines = [...this.#lines].filter((line) => line.isFor(handset) && line.call)
    const line = lines.findLast((candidate) => candidate.isNamedBy(message))
    line?.take(handset, message)
  }
}

type LineOptions = {
  readonly identity: string
  readonly handsets: ReadonlySet<AgentHandset>
  readonly clock: Clock
  readonly onStop: () => void
}

/** The agent's end of one call: any number of listeners, one talker at a time. */
class AgentLine implements Party {
  readonly #options: LineOptions
  #call: Call | undefined
  /** What a handset that joins now has to be told. */
  #state: ToHandset | undefined
  #start: (ToHandset & { event: 'start' }) | undefined
  /** Of the newest stream; undefined before the first. */
  #parameters: FormParameters | undefined
  #talker: { readonly handset: AgentHandset; lastMs: number } | undefined

  constructor(options: LineOptions) {
    this.#options = options
  }

  get call(): Call | undefined {
    return this.#call
  }

  isFor({ identity, parameters }: AgentHandset): boolean {
    if (identity !== '*' && identity !== this.#options.identity) return false
    return Object.entries(parameters).every(([name, value]) => this.#parameters?.[name] === value)
  }

  isNamedBy(message: FromHandset): boolean {
    if (message.event === 'stop') return message.callSid === undefined || message.callSid === this.#call?.sid
    return message.streamSid === undefined || message.streamSid === this.#start?.streamSid
  }

  tell(handset: AgentHandset): void {
    if (this.#state) handset.send(this.#state)
    if (this.#start) handset.send(this.#start)
  }

  leave(handset: AgentHandset): void {
    if (this.#talker?.handset !== handset) return
    this.#talker = undefined
    this.#call?.uplink.release()
  }

  take(handset: AgentHandset, message: FromHandset): void {
    const call = this.#call
    if (!call) return
    switch (message.event) {
      case 'media':
        if (this.#mayTalk(handset)) call.uplink.push(Buffer.from(message.media.payload, 'base64'))
        break
      case 'dtmf':
        call.press(message.dtmf)
        break
      case 'mark':
        call.mark(message.mark.name)
        break
      case 'clear':
        call.uplink.clear()
        break
      case 'stop':
        call.end('completed', 'hung-up-here')
        break
    }
  }

  state(call: Call, state: 'ringing' | 'answered' | 'reconnecting'): void {
    this.#call = call
    if (state === 'reconnecting') this.#start = undefined
    this.#state = handsetMessages.state(call, state)
    this.#broadcast(this.#state)
  }

  start(call: Call, streamSid: string, parameters: FormParameters): void {
    const before = new Set([...this.#options.handsets].filter((handset) => this.isFor(handset)))
    this.#parameters = parameters
    this.#start = handsetMessages.start(call, streamSid, parameters)
    for (const handset of this.#options.handsets) {
      if (before.has(handset)) handset.send(this.#start)
      else if (this.isFor(handset)) this.tell(handset)
    }
  }

  hear(streamSid: string, frame: Buffer, chunk: number): void {
    if (this.#options.handsets.size > 0) this.#broadcast(handsetMessages.media(streamSid, frame, chunk))
  }

  sent(streamSid: string, name: string): void {
    this.#broadcast(handsetMessages.mark(streamSid, name))
  }

  stop(call: Call, reason: StopReason): void {
    this.#broadcast(handsetMessages.stop(call, reason))
    this.#options.onStop()
  }

  #mayTalk(handset: AgentHandset): boolean {
    const nowMs = this.#options.clock.monotonicMs()
    const talker = this.#talker
    if (talker && talker.handset !== handset && nowMs - talker.lastMs < floorMs) return false
    if (talker?.handset === handset) talker.lastMs = nowMs
    else this.#talker = { handset, lastMs: nowMs }
    return true
  }

  #broadcast(message: ToHandset): void {
    for (const handset of this.#options.handsets) if (this.isFor(handset)) handset.send(message)
  }
}
