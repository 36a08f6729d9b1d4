import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { MediaLibrary } from '../media-library.ts'
import { Ticker } from '../ticker.ts'
import { AgentExchange } from './agent-exchange.ts'
import { Call, type Network, type Party } from './call.ts'
import type { Source } from './perform-twiml.ts'
import { robotVoice } from './robot.ts'
import { type CallEvent, StatusCallbacks } from './status-callbacks.ts'
import type { Target } from './twiml.ts'
import { Webhooks } from './webhooks.ts'

/** From the first ring to the robot's answer, in ms. */
const ringMs = 300
/** Calls that have ended stay visible to the REST API for this long. */
const rememberedMs = 3_600_000
const mostRemembered = 5_000

export type CarrierOptions = {
  readonly accountSid: string
  readonly authToken: string
  readonly voiceUrl: string
  readonly statusUrl: string
  readonly clock: Clock
  readonly log: Log
  readonly library: MediaLibrary
}

export type OutboundCall = {
  readonly to: string
  readonly from: string
  readonly source: Source
  readonly statusCallback: Target | undefined
  readonly statusEvents: ReadonlySet<CallEvent>
  /** How long it rings before nobody is there, in seconds. */
  readonly timeoutSeconds: number
}

/** The simulated telephone network: every call, and the two ways in which one comes about. */
export class Carrier {
  readonly agents: AgentExchange
  readonly #options: CarrierOptions
  readonly #network: Network
  readonly #calls = new Map<string, Call>()

  constructor(options: CarrierOptions) {
    this.#options = options
    const { accountSid, authToken, clock, log } = options
    const webhooks = new Webhooks({ authToken, clock, log })
    this.#network = { accountSid, authToken, clock, log, webhooks, ticker: new Ticker(clock) }
    this.agents = new AgentExchange(clock)
  }

  get clock(): Clock {
    return this.#options.clock
  }

  get calls(): readonly Call[] {
    return [...this.#calls.values()]
  }

  find(callSid: string): Call | undefined {
    return this.#calls.get(callSid)
  }

  /** A caller dials one of the platform's numbers. */
  dial({ from, to, party }: { from: string; to: string; party: Party }): Call {
    const { voiceUrl, statusUrl } = this.#options
    // Of a call to a number of the platform, Twilio reports the end only.
    const callbacks = this.#callbacks({ url: statusUrl, method: 'POST' }, new Set(['completed']))
    const call = new Call({ network: this.#network, direction: 'inbound', from, to, party, callbacks })
    this.#keep(call)
    party.state(call, 'ringing')
    call.perform({ url: voiceUrl, method: 'POST' })
    return call
  }

  /**
   * The platform dials an agent. `client:busy` is busy and `client:no-answer` rings on; everybody else answers.
   */
  callAgent({ to, from, source, statusCallback, statusEvents, timeoutSeconds }: OutboundCall): Call {
    const identity = to.replace(/^client:/, '')
    const call = new Call({
      network: this.#network,
      direction: 'outbound-api',
      from,
      to,
      party: this.agents.line(identity),
      idle: robotVoice(this.#options.library, 'agent-'),
      callbacks: this.#callbacks(statusCallback, statusEvents),
    })
    this.#keep(call)
    // The answer to the REST request comes first: `queued`.
    this.#after(0, call, () => {
      call.advance('initiated')
      if (identity === 'busy') return call.end('busy', 'busy')
      call.advance('ringing')
      if (identity === 'no-answer')
        this.#after(timeoutSeconds * 1000, call, () => call.end('no-answer', 'no-answer'))
      else this.#after(ringMs, call, () => this.#answered(call, source))
    })
    return call
  }

  /** Ends every call, and waits until the platform has been told. */
  async stop(): Promise<void> {
    for (const call of this.#calls.values()) call.end('completed', 'carrier-stopping')
    await Promise.all(this.calls.map((call) => call.options.callbacks.settled()))
    this.#network.webhooks.close()
  }

  #answered(call: Call, source: Source): void {
    call.answer()
    call.perform(source)
  }

  #after(delayMs: number, call: Call, task: () => void): void {
    this.#network.clock.after(delayMs, () => {
      if (!call.over) task()
    })
  }

  #callbacks(target: Target | undefined, events: ReadonlySet<CallEvent>): StatusCallbacks {
    const { webhooks, clock } = this.#network
    return new StatusCallbacks({ webhooks, clock, target, events })
  }

  #keep(call: Call): void {
    const oldestMs = this.#network.clock.now() - rememberedMs
    for (const [sid, { endedMs }] of this.#calls) {
      if (endedMs !== undefined && (endedMs < oldestMs || this.#calls.size > mostRemembered))
        this.#calls.delete(sid)
      else if (this.#calls.size <= mostRemembered) break
    }
    this.#calls.set(call.sid, call)
  }
}
