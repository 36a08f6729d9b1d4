import { frameOctets, silentOctet } from '../handset-protocol.ts'

/** Five minutes: what a platform sends beyond that is dropped. */
const capOctets = 300 * 8000

export type Played<Mark> = {
  /** 20 ms, or undefined when there was nothing to play. */
  readonly frame: Buffer | undefined
  /** Marks that everything before has now been played for, oldest first. */
  readonly marks: readonly Mark[]
}

/**
 * What the platform sent and the handset has not heard yet. Like Twilio's: media of any length is played in order at
 * the pace of the line, a mark comes back when what was sent before it has been played, and `clear` throws all away
 * and brings the marks back at once.
 */
export class Playout<Mark = string> {
  #chunks: Buffer[] = []
  #heldOctets = 0
  #playedOctets = 0
  #marks: Array<{ mark: Mark; atOctet: number }> = []

  get heldOctets(): number {
    return this.#heldOctets
  }

  push(octets: Buffer): void {
    if (octets.length === 0 || this.#heldOctets + octets.length > capOctets) return
    this.#chunks.push(octets)
    this.#heldOctets += octets.length
  }

  mark(mark: Mark): void {
    this.#marks.push({ mark, atOctet: this.#playedOctets + this.#heldOctets })
  }

  /** Returns the marks that were waiting. */
  clear(): readonly Mark[] {
    const marks = this.#marks.map(({ mark }) => mark)
    this.#chunks = []
    this.#heldOctets = 0
    this.#marks = []
    return marks
  }

  /** The next 20 ms. The end of a portion that does not fill them is followed by silence. */
  pull(): Played<Mark> {
    const frame = this.#heldOctets === 0 ? undefined : this.#take()
    return { frame, marks: this.#marksPlayed() }
  }

  #take(): Buffer {
    const first = this.#chunks[0]!
    if (first.length === frameOctets) {
      this.#chunks.shift()
      this.#count(frameOctets)
      return first
    }
    const frame = Buffer.alloc(frameOctets, silentOctet)
    let filled = 0
    while (filled < frameOctets && this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!
      const copied = chunk.copy(frame, filled)
      filled += copied
      if (copied === chunk.length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(copied)
    }
    this.#count(filled)
    return frame
  }

  #count(octets: number): void {
    this.#heldOctets -= octets
    this.#playedOctets += octets
  }

  #marksPlayed(): readonly Mark[] {
    if (this.#marks.length === 0) return []
    const played = this.#marks.filter(({ atOctet }) => atOctet <= this.#playedOctets)
    if (played.length > 0) this.#marks = this.#marks.filter(({ atOctet }) => atOctet > this.#playedOctets)
    return played.map(({ mark }) => mark)
  }
}
