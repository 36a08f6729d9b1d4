import { type Key, keypad } from '../dsp/dtmf-keypad.ts'
import { PairFit } from './pair-fit.ts'

/**
 * What a thief who holds a recording of the agent's leg could read from it. An ordinary detector proves nothing here:
 * this one fits each of the sixteen pairs of Q.23 by least squares to windows of 2 to 80 ms, on and off their nominal
 * frequencies, and weighs every window's evidence as a likelihood ratio: samples/2 · ln(energy / unexplained energy).
 * It is even told when each key was down. PCM16 at 8,000 samples a second.
 */
export type KeyPress = { readonly key: string; readonly fromSample: number; readonly toSample: number }
export type Span = Omit<KeyPress, 'key'>
export type Guess = { readonly key: Key /** In nats. */; readonly evidence: number }

/**
 * Window lengths in samples, the frequency errors tried at each, in per cent, and the share of the window's energy
 * that a pair must explain before a careful thief believes it.
 */
const sights: readonly { samples: number; offsetsPct: readonly number[]; share: number }[] = [
  { samples: 16, offsetsPct: [0], share: 0.995 },
  { samples: 24, offsetsPct: [0], share: 0.99 },
  { samples: 32, offsetsPct: [0], share: 0.95 },
  { samples: 48, offsetsPct: [0], share: 0.9 },
  { samples: 80, offsetsPct: [0, -2.5, 2.5], share: 0.85 },
  { samples: 160, offsetsPct: [0, -1.5, 1.5, -3, 3], share: 0.7 },
  { samples: 320, offsetsPct: [0, -1, 1, -2, 2, -3, 3], share: 0.5 },
  { samples: 640, offsetsPct: [0], share: 0.3 },
]
const fits = new Map<string, PairFit>()

/** Quantising noise of G.711's lowest steps, as a mean square of PCM16: evidence never rests on less. */
const floorMeanSquare = 8
/** Evidence above which a guess is believed, in nats: noise alone stays below it. */
const believable = 16

function fitFor(samples: number, offsetPct: number): PairFit {
  const name = `${samples} ${offsetPct}`
  const known = fits.get(name) ?? new PairFit(samples, offsetPct)
  fits.set(name, known)
  return known
}

/** The key for which the best window speaks most strongly. It always names one: what it is worth is in `evidence`. */
export function likeliestKey(audio: ArrayLike<number>, span: Span): Guess {
  return search(audio, span, false)
}

/** The key that the evidence names; null when there is too little of it. */
export function bestGuess(audio: Int16Array, span: Span): Key | null {
  const { key, evidence } = search(audio, span, true)
  return evidence > believable ? key : null
}

function search(audio: ArrayLike<number>, { fromSample, toSample }: Span, careful: boolean): Guess {
  let best = 0
  let evidence = Number.NEGATIVE_INFINITY
  const to = Math.min(audio.length, toSample)
  for (const { samples, offsetsPct, share } of sights) {
    const floor = floorMeanSquare * samples
    const hop = samples >= 160 ? samples >> 1 : samples >> 2
    for (const fit of offsetsPct.map((offsetPct) => fitFor(samples, offsetPct))) {
      for (let at = Math.max(0, fromSample); at + samples <= to; at += hop) {
        fit.fit(audio, at)
        const key = strongest(fit.explained)
        const explained = Math.min(fit.explained[key]!, fit.energy)
        if (careful && (explained < share * fit.energy || fit.energy < 2 * floor)) continue
        const found = (samples / 2) * Math.log((fit.energy + floor) / (fit.energy - explained + floor))
        if (found > evidence) {
          evidence = found
          best = key
        }
      }
    }
  }
  return { key: keypad[best] as Key, evidence }
}

/** The presses whose key the attacker names rightly, each at most once. */
export function recoverDigits(audio: Int16Array, presses: readonly KeyPress[]): KeyPress[] {
  return presses.filter((press) => bestGuess(audio, press) === press.key)
}

function strongest(explained: Float64Array): number {
  let key = 0
  for (let k = 1; k < explained.length; k++) if (explained[k]! > explained[key]!) key = k
  return key
}
