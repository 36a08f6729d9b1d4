import type { Clock, Timer } from '../../base/clock.ts'
import { g711Tables } from '../../dsp/g711.ts'
import type { G711Law } from '../../dsp/tone-channel.ts'
import { frameOctets } from '../stream/media-writer.ts'

const frameMs = 20
/** How far ahead of its time a frame may leave, in ms: what a barge-in leaves playing at the far end. */
const aheadMs = 40
/** Silence behind each prompt, in octets: 50 ms. Without it the words of a number run into each other. */
const gapOctets = 400
/** The agent's speech that may wait to be mixed, in samples: 60 ms. */
const mostWaiting = 480
/** A prompt in the foreground: the agent is heard 12 dB below. */
const duckShift = 2

export type PlayEnd = 'finished' | 'interrupted' | 'replaced' | 'stopped'

export type Playing = {
  readonly playId: string
  /** G.711 mu-law, one after the other. */
  readonly audio: readonly Uint8Array[]
  /** Any key of the caller's ends it. */
  readonly bargeIn: boolean
}

export type CallerEarOptions = {
  readonly clock: Clock
  readonly send: (octets: Uint8Array, law: G711Law) => void
  readonly onEnd: (playId: string, how: PlayEnd) => void
}

const { decode, encode, silence } = g711Tables('mulaw')

/**
 * What the caller hears: the agent as they are, and while prompts are played the prompt with the agent behind it. Frames
 * leave at the pace of speech, by a schedule that a stall moves on (as PacedPath): no burst ever follows. A caller who
 * has no agent hears silence between prompts, as a stream that goes on: telephones take a stream that stops for a line
 * that is dead.
 */
export class CallerEar {
  readonly #options: CallerEarOptions
  readonly #out = Buffer.allocUnsafeSlow(frameOctets)
  readonly #waiting = new Int16Array(mostWaiting)
  #waitingFrom = 0
  #waitingLength = 0
  #playing: Playing | undefined
  #index = 0
  #at = 0
  #alone = false
  #timer: Timer | undefined
  #dueMs = 0

  constructor(options: CallerEarOptions) {
    this.#options = options
  }

  get playing(): boolean {
    return this.#playing !== undefined
  }

  /** The caller has nobody else to hear: silence goes on between prompts. */
  set alone(alone: boolean) {
    this.#alone = alone
    this.#pump()
  }

  /** What was played before ends. */
  play(playing: Playing): void {
    this.#end('replaced')
    this.#playing = playing
    this.#index = 0
    this.#at = 0
    this.#waitingLength = 0
    this.#pump()
  }

  /** Harmless when nothing is played. */
  stop(): void {
    this.#end('stopped')
  }

  /** A key of the caller's is down. */
  pressed(): void {
    if (this.#playing?.bargeIn) this.#end('interrupted')
  }

  /** The agent's audio. */
  hear(octets: Uint8Array, law: G711Law): void {
    if (!this.#playing) {
      this.#options.send(octets, law)
      return
    }
    const linear = g711Tables(law).decode
    for (const octet of octets) {
      if (this.#waitingLength === mostWaiting) this.#drop(1)
      this.#waiting[(this.#waitingFrom + this.#waitingLength++) % mostWaiting] = linear[octet]!
    }
  }

  close(): void {
    this.#alone = false
    this.#end('stopped')
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #pump(): void {
    const { clock, send } = this.#options
    if (this.#timer) return
    while (this.#playing || this.#alone) {
      const nowMs = clock.monotonicMs()
      const waitMs = this.#dueMs - aheadMs - nowMs
      if (waitMs > 0) {
        this.#timer = clock.after(waitMs, () => {
          this.#timer = undefined
          this.#pump()
        })
        return
      }
      this.#dueMs = Math.max(this.#dueMs, nowMs) + frameMs
      const isLast = this.#fill()
      send(this.#out, 'mulaw')
      if (isLast) this.#end('finished')
    }
  }

  /** The next frame; true when the last prompt ends with it. */
  #fill(): boolean {
    const out = this.#out.fill(silence)
    const audio = this.#playing?.audio ?? []
    for (let filled = 0; filled < frameOctets && this.#index < audio.length; ) {
      const prompt = audio[this.#index]!
      const whole = prompt.length + gapOctets
      const count = Math.min(
        frameOctets - filled,
        (this.#at < prompt.length ? prompt.length : whole) - this.#at,
      )
      if (this.#at < prompt.length) out.set(prompt.subarray(this.#at, this.#at + count), filled)
      filled += count
      this.#at += count
      if (this.#at < whole) continue
      this.#index++
      this.#at = 0
    }
    this.#mix(out)
    return this.#playing !== undefined && this.#index >= audio.length
  }

  #mix(out: Buffer): void {
    const count = Math.min(frameOctets, this.#waitingLength)
    for (let i = 0; i < count; i++) {
      const behind = this.#waiting[(this.#waitingFrom + i) % mostWaiting]! >> duckShift
      const sum = Math.max(-32_124, Math.min(32_124, decode[out[i]!]! + behind))
      out[i] = encode[(sum >> 2) & 0x3fff]!
    }
    this.#drop(count)
  }

  #drop(count: number): void {
    this.#waitingFrom = (this.#waitingFrom + count) % mostWaiting
    this.#waitingLength -= count
  }

  #end(how: PlayEnd): void {
    const ended = this.#playing
    if (!ended) return
    this.#playing = undefined
    this.#options.onEnd(ended.playId, how)
  }
}
