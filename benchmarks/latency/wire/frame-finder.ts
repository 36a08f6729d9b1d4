import type { SpeechFrame } from './speech-frames.ts'

/** How far a frame is looked for beyond the one that is expected: more than a bridge may cut at once. */
const searchFrames = 60
/** Chance alone makes half of two silent frames' octets equal, 80 ± 6 of them. */
const leastEqual = 115

export type Found = {
  /** Number of the frame, counted from the stream's first. */
  readonly frame: number
  /** False when the audio was replaced so far that only the order tells which frame it is. */
  readonly recognised: boolean
}

/** Tells which frame of a looped speech a piece of audio is. Frames may be missing, but not come out of order. */
export class FrameFinder {
  readonly #speech: readonly SpeechFrame[]
  /** The first frame that may still come. */
  #earliest = 0
  /** Frames that came unrecognised since: they took a place each. */
  #unknown = 0

  constructor(speech: readonly SpeechFrame[]) {
    this.#speech = speech
  }

  /** `newest`: the last frame that was sent so far. */
  find(octets: Buffer, newest: number): Found {
    const last = Math.min(newest, this.#earliest + this.#unknown + searchFrames)
    const frame = this.#exact(octets, last) ?? this.#closest(octets, last)
    if (frame === undefined)
      return { frame: Math.min(this.#earliest + this.#unknown++, newest), recognised: false }
    this.#earliest = frame + 1
    this.#unknown = 0
    return { frame, recognised: true }
  }

  #exact(octets: Buffer, last: number): number | undefined {
    for (let frame = this.#earliest; frame <= last; frame++) if (this.#at(frame).equals(octets)) return frame
    return undefined
  }

  #closest(octets: Buffer, last: number): number | undefined {
    let best: number | undefined
    let most = leastEqual - 1
    for (let frame = this.#earliest; frame <= last; frame++) {
      const candidate = this.#at(frame)
      let equal = 0
      for (let i = 0; i < octets.length; i++) if (candidate[i] === octets[i]) equal++
      if (equal <= most) continue
      best = frame
      most = equal
    }
    return best
  }

  #at(frame: number): Buffer {
    return this.#speech[frame % this.#speech.length]!.octets
  }
}
