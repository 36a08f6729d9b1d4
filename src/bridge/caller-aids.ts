import type { Clock } from '../base/clock.ts'
import type { BridgeEvent, LegRole } from '../contracts/bridge-port.ts'
import { g711Tables } from '../dsp/g711.ts'
import type { G711Law } from '../dsp/tone-channel.ts'
import { DigitsRouted, NotMasked } from './bridge-errors.ts'
import { type KeysWanted, KeyTaker } from './key-taker.ts'
import { CallerEar, type Playing } from './prompts/caller-ear.ts'
import { frameOctets } from './stream/media-writer.ts'

export type CallerAidsOptions = {
  readonly callId: string
  readonly clock: Clock
  readonly emit: (event: BridgeEvent) => void
  readonly toCaller: (octets: Uint8Array, law: G711Law) => void
  readonly hasAgent: () => boolean
  readonly masked: () => boolean
  /** The caller's keys go to a collection, or are about to. */
  readonly routed: () => boolean
  /** Time of the caller's media, in ms. */
  readonly mediaMs: () => number
  /** The parties hear each other as they are, or no longer. */
  readonly onChange: () => void
}

/** What is done for a caller beside the talk: prompts, keys of menus, and silence towards the agent. */
export class CallerAids {
  readonly #options: CallerAidsOptions
  readonly #ear: CallerEar
  readonly #keys: KeyTaker
  readonly #quiet = Buffer.allocUnsafe(frameOctets)
  #muted = false

  constructor(options: CallerAidsOptions) {
    this.#options = options
    const { clock, callId, emit, toCaller } = options
    this.#ear = new CallerEar({
      clock,
      send: toCaller,
      onEnd: (playId, how) => {
        options.onChange()
        emit({ type: 'played', callId, playId, how })
      },
    })
    this.#keys = new KeyTaker((key) => emit({ type: 'key', callId, key }))
  }

  /** To the caller only. One who has no agent hears a stream that goes on from here. */
  play(playing: Playing): void {
    this.#ear.play(playing)
    this.#options.onChange()
    this.#ear.alone = !this.#options.hasAgent()
  }

  /** True while this party is to hear something else than the other. */
  concerns(role: LegRole): boolean {
    return role === 'caller' ? this.#ear.playing : this.#muted
  }

  stopPlaying(): void {
    this.#ear.stop()
  }

  /** Presses that begin from now on are told of, unless a collection gets them. Throws DigitsRouted. */
  takeKeys(wanted: KeysWanted): void {
    const { routed, mediaMs } = this.#options
    if (routed()) throw new DigitsRouted()
    this.#keys.take(wanted, mediaMs())
  }

  dropKeys(): void {
    this.#keys.drop()
  }

  /** The agent hears silence in the caller's place. Throws NotMasked. */
  mute(muted: boolean): void {
    if (muted && !this.#options.masked()) throw new NotMasked()
    this.#muted = muted
    this.#options.onChange()
  }

  /** What the agent hears of the caller's frame. */
  forAgent(octets: Uint8Array, law: G711Law): Uint8Array {
    return this.#muted ? this.#quiet.fill(g711Tables(law).silence).subarray(0, octets.length) : octets
  }

  /** The agent's frame, for the caller. */
  hear(octets: Uint8Array, law: G711Law): void {
    this.#ear.hear(octets, law)
  }

  agentJoined(): void {
    this.#ear.alone = false
  }

  /** A key of the caller's is down. */
  pressed(digit: number, onsetMs: number): void {
    this.#ear.pressed()
    this.#keys.pressed(digit, onsetMs)
  }

  close(): void {
    this.#keys.drop()
    this.#ear.close()
  }
}
