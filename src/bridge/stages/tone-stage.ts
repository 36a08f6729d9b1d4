import type { ToneChannel, ToneEvent } from '../../dsp/tone-channel.ts'
import type { FrameStage } from '../frame-stage.ts'

export type ToneStageOptions = {
  readonly channel: ToneChannel
  readonly onTone: (event: ToneEvent) => void
  /** After every frame: a mask may be secured now, or the line quiet. */
  readonly onFrame: () => void
  /** Processing threw. Nothing passes from here on. */
  readonly onFailed: (error: unknown) => void
  /** The leg is over. */
  readonly onReleased: () => void
}

/** Caller to agent: through the tone channel, always. When it fails, the agent hears nothing rather than a tone. */
export class ToneStage implements FrameStage {
  readonly #options: ToneStageOptions
  #failed = false
  #released = false
  /** Octets that have gone through, lost ones included: the channel's own count of samples. */
  octets = 0
  /** Of these, octets that never came. */
  lostOctets = 0

  constructor(options: ToneStageOptions) {
    this.#options = options
  }

  get failed(): boolean {
    return this.#failed
  }

  process(input: Uint8Array, output: Uint8Array): boolean {
    return this.#run(input.length, (channel) => channel.process(input, output))
  }

  lost(octets: number, output: Uint8Array): boolean {
    this.lostOctets += octets
    return this.#run(octets, (channel) => channel.processLost(octets, output))
  }

  release(): void {
    if (!this.#released) this.#options.onReleased()
    this.#released = true
    try {
      this.#options.channel.release()
    } catch (error) {
      this.#fail(error)
    }
  }

  #run(octets: number, through: (channel: ToneChannel) => void): boolean {
    const { channel, onTone, onFrame } = this.#options
    this.octets += octets
    if (this.#failed || this.#released) return false
    try {
      through(channel)
      channel.drainEvents(onTone)
      onFrame()
      return !this.#failed && !this.#released
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  #fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#options.onFailed(error)
  }
}
