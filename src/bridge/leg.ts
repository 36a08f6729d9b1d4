import type { Clock } from '../base/clock.ts'
import type { LegRole } from '../contracts/bridge-port.ts'
import type { G711Law } from '../dsp/tone-channel.ts'
import type { FrameStage } from './frame-stage.ts'
import { LegNumbers, real } from './leg-numbers.ts'
import type { LegStream } from './leg-stream.ts'
import { octetsPerMs, PacedPath } from './paced-path.ts'
import { PlayoutTracker } from './playout-tracker.ts'

export type LegOptions = {
  readonly role: LegRole
  readonly stream: LegStream
  readonly clock: Clock
  readonly jitterMs: number
  /** What this party's audio goes through on its way to the other. */
  readonly stage: FrameStage
  /** Takes this party's audio, paced and processed. */
  readonly forward: (octets: Uint8Array) => void
}

/** One party's media path: what it says goes through `path`, what it hears through `play`. */
export class Leg {
  readonly role: LegRole
  readonly stream: LegStream
  readonly path: PacedPath
  readonly #clock: Clock
  readonly #playout = new PlayoutTracker()
  readonly #numbers: LegNumbers

  constructor({ role, stream, clock, jitterMs, stage, forward }: LegOptions) {
    this.role = role
    this.stream = stream
    this.#clock = clock
    this.#numbers = stream.numbers ?? new LegNumbers()
    this.#numbers.reals[this.#numbers.realsAt + real.mediaOctets] = 0
    this.path = new PacedPath({ clock, jitterMs, stage, send: forward, numbers: this.#numbers })
  }

  /** Octets that came from this party since the leg began, lost ones included. */
  get receivedOctets(): number {
    return this.#numbers.reals[this.#numbers.realsAt + real.mediaOctets]!
  }

  /** The same in ms: the time of the leg's media. */
  get mediaMs(): number {
    return this.receivedOctets / octetsPerMs
  }

  heard(octets: Uint8Array): void {
    this.#numbers.reals[this.#numbers.realsAt + real.mediaOctets]! += octets.length
    this.path.push(octets)
  }

  lost(octets: number): void {
    this.#numbers.reals[this.#numbers.realsAt + real.mediaOctets]! += octets
    this.path.pushLost(octets)
  }

  /** Plays the other party to this one. */
  play(octets: Uint8Array, law: G711Law): void {
    this.stream.sendMedia(octets, law)
    const mark = this.#playout.due(this.#clock.monotonicMs())
    if (mark !== undefined) this.stream.sendMark(mark)
  }

  /** A mark came back. Returns how many of the other party's frames should be left out for this one to catch up. */
  played(mark: string): number {
    const advice = this.#playout.echoed(mark, this.#clock.monotonicMs())
    if (advice?.do === 'clear') this.stream.clear()
    return advice?.do === 'skip' ? advice.frames : 0
  }

  close(): void {
    this.path.close()
  }
}
