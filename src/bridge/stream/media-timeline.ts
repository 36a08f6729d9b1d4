/** Octets of one message's audio at 8,000 a second, per ms. */
const octetsPerMs = 8
const frameOctets = 160
const frameMs = 20
/** A sender that stamps by its own clock jitters by less than this, in ms. */
const stampJitterMs = 60
/** Longer gaps are told as this much: nothing can be concealed over more, in octets. */
const longestGapOctets = 1_600
/** How fast a sender's slow drift against its own stamps is forgiven: a hundredth at each message. */
const forgiveness = 0.01

export type Arrival = { readonly kind: 'next'; readonly lostOctets: number } | { readonly kind: 'stale' }

const stale: Arrival = { kind: 'stale' }
const inOrder: Arrival = { kind: 'next', lostOctets: 0 }

/**
 * Where each media message stands on its track: `chunk` counts messages, `timestamp` is presentation time in ms.
 * A jump of either means audio that never came (a provider discards it when the connection is congested).
 */
export class MediaTimeline {
  #chunk = 0
  #expectedMs = Number.NaN

  arrived(chunk: number, timestampMs: number, octets: number): Arrival {
    if (chunk <= this.#chunk) return stale
    const skipped = this.#chunk === 0 ? 0 : chunk - this.#chunk - 1
    this.#chunk = chunk
    const aheadMs = Number.isNaN(this.#expectedMs) ? 0 : timestampMs - this.#expectedMs
    const durationMs = octets / octetsPerMs
    if (skipped === 0 && Math.abs(aheadMs) < stampJitterMs) {
      this.#expectedMs = (Number.isNaN(this.#expectedMs) ? timestampMs : this.#expectedMs) + durationMs
      this.#expectedMs += aheadMs * forgiveness
      return inOrder
    }
    this.#expectedMs = timestampMs + durationMs
    const byStamp = Math.max(0, Math.floor(aheadMs / frameMs)) * frameOctets
    const lostOctets = Math.min(longestGapOctets, Math.max(skipped * frameOctets, byStamp))
    return { kind: 'next', lostOctets }
  }
}
