import { codeOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { ToneChannel, ToneEvent } from '../dsp/tone-channel.ts'
import { DigitLedger } from './digit-ledger.ts'
import { KeyKin } from './key-kin.ts'
import { octetsPerMs } from './paced-path.ts'
import { PressOrder } from './press-order.ts'
import { ToneStage } from './stages/tone-stage.ts'

/** After the provider's word for a key, tones are expected for so much longer than what is queued, in ms. */
const holdMs = 200

/** A press that counts. It began at `onsetMs` of the leg's media; `toneMs` is how long it has been heard, or 0. */
export type Press = { readonly digit: number; readonly onsetMs: number; readonly toneMs: number }

export type CallerGuardOptions = {
  readonly channel: ToneChannel
  readonly log: Log
  readonly callId: string
  /** Each press once, whoever told of it. */
  readonly onPress: (press: Press) => void
  readonly onFrame: () => void
  readonly onFailed: () => void
}

/** What stands between one caller's leg and the agent: the mask, and the count of presses. */
export class CallerGuard {
  readonly stage: ToneStage
  readonly #options: CallerGuardOptions
  readonly #ledger = new DigitLedger()
  readonly #order: PressOrder
  readonly #kin = new KeyKin()
  #lostBeforeArmed = 0

  constructor(options: CallerGuardOptions) {
    this.#options = options
    const { channel, log, callId, onPress, onFrame, onFailed } = options
    this.#order = new PressOrder(onPress)
    this.stage = new ToneStage({
      channel,
      onTone: (event) => this.#tone(event),
      onFrame: () => {
        if (this.#order.waiting > 0) this.#order.letGo(this.octets / octetsPerMs)
        onFrame()
      },
      onFailed: (error) => {
        log.error({ callId, code: codeOf(error) }, 'tone processing failed, caller muted')
        onFailed()
      },
      onReleased: () => {
        this.#order.clear()
        this.#reportLoss()
      },
    })
  }

  get failed(): boolean {
    return this.stage.failed
  }

  /** Octets heard on this leg so far. */
  get octets(): number {
    return this.stage.octets
  }

  /** Nothing unmasked can leave any more. */
  get secured(): boolean {
    return !this.failed && this.#options.channel.armed && this.#options.channel.secured
  }

  get quiet(): boolean {
    return !this.failed && this.#options.channel.quiet
  }

  arm(): void {
    if (this.failed || this.#options.channel.armed) return
    this.#lostBeforeArmed = this.stage.lostOctets
    this.#options.channel.arm()
  }

  disarm(): void {
    if (!this.#options.channel.armed) return
    this.#reportLoss()
    this.#options.channel.disarm()
  }

  /** The provider's message for a key, at `atMs` of the leg's media; `queuedMs` of audio have yet to be processed. */
  message(digit: number, atMs: number, queuedMs: number): void {
    if (!this.failed) this.#options.channel.maskHeld(queuedMs + holdMs)
    const onsetMs = this.#ledger.likelyOnsetMs(atMs)
    // Messages come in order: what was made before this one is settled with it.
    if (this.#ledger.message(atMs, this.#kin.of(digit)) === 'copy')
      this.#order.settle(this.#ledger.matchedOnsetMs, atMs)
    else this.#order.add({ digit, onsetMs, toneMs: 0 }, onsetMs, atMs)
  }

  #tone(event: ToneEvent): void {
    const atMs = event.atSample / octetsPerMs
    if (event.at === 'end') {
      this.#ledger.toneEnded(event.press, atMs)
      return
    }
    const onsetMs = event.onsetSample / octetsPerMs
    if (this.#ledger.tone(event.press, onsetMs, this.#kin.of(event.digit)) === 'copy') return
    const press = { digit: event.digit, onsetMs, toneMs: atMs - onsetMs }
    this.#order.add(press, this.#ledger.settledMs(onsetMs), atMs)
  }

  /** A key may have been pressed in what never came: when a caller says that one was not taken, this is where to look. */
  #reportLoss(): void {
    const { channel, log, callId } = this.#options
    const lostMs = (this.stage.lostOctets - this.#lostBeforeArmed) / octetsPerMs
    if (!channel.armed || lostMs <= 0) return
    log.warn({ callId, durationMs: lostMs }, 'audio was lost while the line was masked')
  }
}
