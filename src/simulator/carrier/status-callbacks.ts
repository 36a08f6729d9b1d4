import type { Clock } from '../../base/clock.ts'
import type { FormParameters } from './signature.ts'
import type { Target } from './twiml.ts'
import type { Webhooks } from './webhooks.ts'

export const callEvents = ['initiated', 'ringing', 'answered', 'completed'] as const
/** `completed` stands for every way in which a call ends. */
export type CallEvent = (typeof callEvents)[number]

export type StatusCallbacksOptions = {
  readonly webhooks: Webhooks
  readonly clock: Clock
  /** Undefined: nobody wants to know. */
  readonly target: Target | undefined
  readonly events: ReadonlySet<CallEvent>
}

/** Tells the platform how one call goes on, in order; a callback that fails is lost, as it is with Twilio. */
export class StatusCallbacks {
  readonly #options: StatusCallbacksOptions
  #last: Promise<void> = Promise.resolve()
  #sequence = 0

  constructor(options: StatusCallbacksOptions) {
    this.#options = options
  }

  report(event: CallEvent, call: FormParameters): void {
    const { target, events, clock, webhooks } = this.#options
    if (!target || !events.has(event)) return
    const parameters = {
      ...call,
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.#sequence++),
      Timestamp: new Date(clock.now()).toUTCString().replace('GMT', '+0000'),
    }
    this.#last = this.#last.then(() => webhooks.ask(target, parameters)).then(ignore, ignore)
  }

  /** When everything reported so far has been sent, or given up. */
  settled(): Promise<void> {
    return this.#last
  }
}

function ignore(): void {}
