/** So many samples that agree make a delay known, and so many of the messages that are remembered. */
const weightToKnow = 3
const shareToKnow = 0.4
const messagesKept = 10
/** What is known already is given up for something that has so much more for it. */
const incumbency = 1.5
/** Samples that agree lie this close together, in ms. */
const agreementMs = 60
const leastSpreadMs = 60
const leastToleranceMs = 130
const deviationsTolerated = 6

type Sample = { readonly ms: number; readonly message: number; readonly weight: number }

/**
 * How late one witness usually is, in ms: the delay on which most samples agree. A message that belongs to no tone, or
 * a tone to no message, brings samples too, which agree with nothing; so do the neighbours of a press in fast dialling.
 */
export class UsualDelay {
  #samples: readonly Sample[] = []
  #usualMs = 0
  #deviationMs = 0
  #known = false

  get known(): boolean {
    return this.#known
  }

  /** 0 while nothing has been learned. */
  get usualMs(): number {
    return this.#usualMs
  }

  /** What the delay may be longer than usual, as far as is known. */
  get spreadMs(): number {
    return Math.max(leastSpreadMs, this.#deviationMs * deviationsTolerated)
  }

  allows(sampleMs: number): boolean {
    const toleranceMs = Math.max(leastToleranceMs, this.#deviationMs * deviationsTolerated)
    return this.#known && Math.abs(sampleMs - this.#usualMs) <= toleranceMs
  }

  /** One of the delays that a message may have had; `weight` 1 when there is no other, less when there are several. */
  learn(sample: Sample): void {
    this.#samples = [...this.#samples, sample].filter(
      ({ message }) => message > sample.message - messagesKept,
    )
    const around = (ms: number) => this.#samples.filter((other) => Math.abs(other.ms - ms) <= agreementMs)
    let best = this.#known ? around(this.#usualMs) : []
    let most = incumbency * weightOf(best)
    for (const { ms } of this.#samples) {
      const agreeing = around(ms)
      if (weightOf(agreeing) <= most) continue
      best = agreeing
      most = weightOf(best)
    }
    const messages = new Set(this.#samples.map(({ message }) => message)).size
    this.#known = weightOf(best) >= Math.max(weightToKnow, shareToKnow * messages)
    this.#usualMs = median(best.map(({ ms }) => ms))
    this.#deviationMs = median(best.map(({ ms }) => Math.abs(ms - this.#usualMs)))
  }
}

const weightOf = (samples: readonly Sample[]) => samples.reduce((sum, { weight }) => sum + weight, 0)

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
