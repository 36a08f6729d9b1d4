const messagesKept = 10
/** Log odds against messages that have nothing to do with tones: three that agree well, or five that do so loosely. */
const oddsToBelieve = 7
/** Log odds against each other delay that would pair other tones with the messages: what must be known for certain. */
const oddsToKnow = 12
/** A message about a tone that was not heard, or none at all: how often, and within what it may come, in ms. */
const shareUnheard = 0.2
const reachMs = 600
/** How much the delay of one provider scatters, in ms (mean deviation), and what cannot be that delay any more. */
const leastScatterMs = 10
const mostScatterMs = 40
const agreementMs = 80
/** Delays nearer to each other than this are one guess, in ms. */
const guessMs = 8
const leastSpreadMs = 60
const leastToleranceMs = 130
/** From one end to the other of an even scatter, which is the widest: a wider bound lets neighbours in. */
const deviationsTolerated = 4

/** A delay, and which of its possible delays each message would have had by it (undefined: none). */
type Guess = {
  readonly ms: number
  readonly deviationMs: number
  readonly logOdds: number
  readonly picks: readonly (number | undefined)[]
}

/**
 * How late one witness usually is, in ms: the delay that makes the last messages likeliest. Each of them brings every
 * delay that it may have had; those to the wrong tones agree with nothing, unless the rhythm is even. A wrong delay
 * counts each press twice, while none only takes the presses in order, which is right as long as one witness misses
 * nothing. So a delay is known only once it is likelier by far than every other that would pair differently, and from
 * then on until another is likelier than it by as much.
 */
export class UsualDelay {
  #messages: readonly (readonly number[])[] = []
  #usual: Guess | undefined

  get known(): boolean {
    return this.#usual !== undefined
  }

  /** 0 while nothing has been learned. */
  get usualMs(): number {
    return this.#usual?.ms ?? 0
  }

  /** What the delay may be longer than usual, as far as is known. */
  get spreadMs(): number {
    return Math.max(leastSpreadMs, (this.#usual?.deviationMs ?? 0) * deviationsTolerated)
  }

  allows(delayMs: number): boolean {
    if (!this.#usual) return false
    const toleranceMs = Math.max(leastToleranceMs, this.#usual.deviationMs * deviationsTolerated)
    return Math.abs(delayMs - this.#usual.ms) <= toleranceMs
  }

  /** The delays that a message may have had, one for each tone that it can be about; none when there is no such tone. */
  learn(delaysMs: readonly number[]): void {
    this.#messages = [...this.#messages, delaysMs].slice(-messagesKept)
    const starts = new Set(this.#messages.flat().map((ms) => Math.round(ms / guessMs) * guessMs))
    const guesses = [...starts].map((ms) => this.#judge(ms))
    const best = likeliest(guesses)
    if (!best) return
    const kept = this.#usual && this.#judge(this.#usual.ms)
    if (kept && best.logOdds - kept.logOdds < oddsToKnow) {
      this.#usual = kept
      return
    }
    const rival = likeliest(guesses.filter((guess) => pairsOtherwise(guess, best)))
    const isCertain = !rival || best.logOdds - rival.logOdds >= oddsToKnow
    this.#usual = best.logOdds >= oddsToBelieve && isCertain ? best : undefined
  }

  /** How likely a delay of about `ms` makes what was told. */
  #judge(ms: number): Guess {
    const usualMs = median(picked(this.#messages.map((delays) => nearest(delays, ms))), ms)
    const picks = this.#messages.map((delays) => nearest(delays, usualMs))
    const offs = picked(picks).map((delay) => Math.abs(delay - usualMs))
    const meanMs = offs.reduce((sum, off) => sum + off, 0) / Math.max(1, offs.length)
    const scatterMs = Math.min(mostScatterMs, Math.max(leastScatterMs, meanMs))
    let logOdds = (picks.length - offs.length) * Math.log(shareUnheard)
    for (const off of offs) {
      const density = Math.exp(-off / scatterMs) / (2 * scatterMs)
      logOdds += Math.log(shareUnheard + (1 - shareUnheard) * density * reachMs)
    }
    return { ms: usualMs, deviationMs: median(offs, 0), logOdds, picks }
  }
}

/** Two guesses that mean the same tones by most of the messages are one delay, known more or less well. */
function pairsOtherwise(guess: Guess, other: Guess): boolean {
  const same = guess.picks.filter((pick, i) => pick !== undefined && pick === other.picks[i])
  return same.length * 2 < picked(guess.picks).length
}

const picked = (picks: readonly (number | undefined)[]) => picks.filter((pick) => pick !== undefined)

function nearest(delaysMs: readonly number[], usualMs: number): number | undefined {
  let best: number | undefined
  let least = agreementMs
  for (const delay of delaysMs) {
    const off = Math.abs(delay - usualMs)
    if (off > least) continue
    best = delay
    least = off
  }
  return best
}

function likeliest(guesses: readonly Guess[]): Guess | undefined {
  let best: Guess | undefined
  for (const guess of guesses) if (!best || guess.logOdds > best.logOdds) best = guess
  return best
}

function median(values: readonly number[], otherwise: number): number {
  if (values.length === 0) return otherwise
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
