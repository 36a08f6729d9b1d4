import { exhaustive } from '../base/exhaustive.ts'
import type { Call, Party } from './carrier/call.ts'
import type { Carrier } from './carrier/carrier.ts'
import type { FormParameters } from './carrier/signature.ts'
import { handsetMessages } from './handset-messages.ts'
import type { FromHandset, StopReason, ToHandset } from './handset-protocol.ts'

export type CallerHandsetOptions = {
  readonly carrier: Carrier
  readonly from: string
  readonly to: string
  readonly send: (message: ToHandset) => void
  readonly close: () => void
}

/** A caller's handset: it dials when it connects, and its socket is the call. */
export class CallerHandset implements Party {
  readonly #options: CallerHandsetOptions
  readonly #call: Call

  constructor(options: CallerHandsetOptions) {
    this.#options = options
    options.send(handsetMessages.connected('caller'))
    this.#call = options.carrier.dial({ from: options.from, to: options.to, party: this })
  }

  take(message: FromHandset): void {
    switch (message.event) {
      case 'media':
        this.#call.uplink.push(Buffer.from(message.media.payload, 'base64'))
        break
      case 'dtmf':
        this.#call.press(message.dtmf)
        break
      case 'mark':
        this.#call.mark(message.mark.name)
        break
      case 'clear':
        this.#call.uplink.clear()
        break
      case 'stop':
        this.#hangUp()
        break
      default:
        exhaustive(message)
    }
  }

  /** The socket has closed: whoever was at the handset is gone. */
  gone(): void {
    this.#hangUp()
  }

  #hangUp(): void {
    this.#call.end(this.#call.answeredMs === undefined ? 'canceled' : 'completed', 'hung-up-here')
  }

  state(call: Call, state: 'ringing' | 'answered' | 'reconnecting'): void {
    this.#options.send(handsetMessages.state(call, state))
  }

  start(call: Call, streamSid: string, parameters: FormParameters): void {
    this.#options.send(handsetMessages.start(call, streamSid, parameters))
  }

  hear(streamSid: string, frame: Buffer, chunk: number): void {
    this.#options.send(handsetMessages.media(streamSid, frame, chunk))
  }

  sent(streamSid: string, name: string): void {
    this.#options.send(handsetMessages.mark(streamSid, name))
  }

  stop(call: Call, reason: StopReason): void {
    this.#options.send(handsetMessages.stop(call, reason))
    this.#options.close()
  }
}
