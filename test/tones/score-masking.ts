import { decodeG711 } from '../../src/dsp/g711.ts'
import type { Attacker, Span } from './attackers.ts'
import { frameOctets, type Press, type Scene } from './scene.ts'
import { rmsAt0Dbm0 } from './signals/level.ts'

/** How often an attacker named each key, how often it was down, and how often both were so. */
export type Guesses = {
  tried: number
  right: number
  readonly named: Map<string, number>
  readonly pressed: Map<string, number>
}

/** What is left of some presses on the agent's leg. */
export type MaskingScore = {
  presses: number
  /** What each attacker made of them. */
  readonly named: Map<string, Guesses>
  /** Presses of which 5 ms anywhere leave with more than -50 dBm0 of the pair … */
  audible: number
  /** … and those of which only an echo does. */
  echoAudible: number
  /** Removed before the tone and after it, in ms, of each press. */
  beforeMs: number[]
  afterMs: number[]
}

export const noMasking = (): MaskingScore => ({
  presses: 0,
  named: new Map(),
  audible: 0,
  echoAudible: 0,
  beforeMs: [],
  afterMs: [],
})

/**
 * Share recovered beyond chance, and its standard error, in per cent. Chance is what the same guesses would have got on
 * the same keys in another order: one right in sixteen when all keys are alike, but a voice or a noise has its favourites
 * among the keys, a card has no letters, and an attacker who was right for that reason has recovered nothing.
 */
export function recoveredPct(score: MaskingScore, attacker: string): { pct: number; errorPct: number } {
  const guesses = score.named.get(attacker)
  if (!guesses || guesses.tried === 0) return { pct: Number.NaN, errorPct: Number.NaN }
  const { tried, right, named, pressed } = guesses
  let chance = 0
  for (const [key, times] of named) chance += (times * (pressed.get(key) ?? 0)) / tried
  const open = Math.max(1, tried - chance)
  return {
    pct: (100 * (right - chance)) / open,
    errorPct: (100 * Math.sqrt(Math.max(right, chance, 1))) / open,
  }
}

const noGuesses = (): Guesses => ({ tried: 0, right: 0, named: new Map(), pressed: new Map() })

/** Read this long before a tone and after it (echoes, ringing of codecs), but never into the next press, in samples. */
const readBefore = 80
const readAfter = 3_200

/** Measures what is left; returns the presses that can be heard, for the report of failures. */
export function scoreMasking(
  scene: Scene,
  output: Uint8Array,
  score: MaskingScore,
  attackers: readonly Attacker[],
): string[] {
  const audio = new Int16Array(output.length)
  decodeG711(scene.law, output, audio)
  const kept = keptSamples(scene, output)
  const spans = scene.presses.map(({ from, to }, i): Span => {
    const next = scene.presses[i + 1]?.from ?? audio.length
    return { from: from - readBefore, to: Math.min(to + readAfter, Math.max(next, to)) }
  })
  const faults: string[] = []
  for (const attacker of attackers) {
    const tally = score.named.get(attacker.name) ?? noGuesses()
    score.named.set(attacker.name, tally)
    for (const [i, guess] of attacker.read(audio, spans).entries()) {
      const press = scene.presses[i]!
      tally.tried++
      tally.pressed.set(press.key, (tally.pressed.get(press.key) ?? 0) + 1)
      if (guess === null) continue
      tally.named.set(guess, (tally.named.get(guess) ?? 0) + 1)
      if (guess !== press.key) continue
      tally.right++
      const where = keptOf(kept, press)
      if (where !== '') faults.push(`${attacker.name} named ${describe(press)}: got ${where}`)
    }
  }
  for (const [i, press] of scene.presses.entries()) {
    score.presses++
    const loudest = loudestKept(scene.tones, kept, press.from, press.to)
    const echo = loudestKept(scene.tones, kept, press.to, spans[i]!.to)
    if (loudest > -50) score.audible++
    else if (echo > -50) score.echoAudible++
    const what = loudest > -50 ? 'of the tone' : 'of its echo'
    const left = `${Math.max(loudest, echo).toFixed(0)} dBm0 ${what} left at ${Math.round(press.from / 8)} ms`
    if (Math.max(loudest, echo) > -50) faults.push(left)
    if (isAlone(scene.presses, i)) measureEdges(scene.tones, kept, press, score)
  }
  return faults
}

/** No other press within 250 ms: what is removed around it is its own. */
function isAlone(presses: readonly Press[], i: number): boolean {
  const { from, to } = presses[i]!
  return (
    from - (presses[i - 1]?.to ?? 0) > 2_000 &&
    (presses[i + 1]?.from ?? Number.POSITIVE_INFINITY) - to > 2_000
  )
}

/** 1 where the agent gets what the caller sent: in runs of at least six octets, for two noises do meet by chance. */
export function keptSamples(scene: Scene, output: Uint8Array): Uint8Array {
  const kept = new Uint8Array(output.length)
  let run = 0
  for (let i = 0; i <= output.length; i++) {
    const lost = scene.lost[Math.floor(i / frameOctets)] === 1
    if (i < output.length && !lost && output[i] === scene.octets[i]) {
      run++
      continue
    }
    if (run >= 6) kept.fill(1, i - run, i)
    run = 0
  }
  return kept
}

const describe = ({ from, to }: Press) =>
  `the ${Math.round((to - from) / 8)} ms at ${Math.round(from / 8)} ms`

/** Stretches of a press that the agent gets, in ms from its beginning: its head, its tail, or a gap in the mask. */
function keptOf(kept: Uint8Array, { from, to }: Press): string {
  const stretches: string[] = []
  for (let at = from; at < to; at++) {
    if (kept[at] === 0) continue
    let end = at
    while (end < to && kept[end] === 1) end++
    stretches.push(`${((at - from) / 8).toFixed(1)} to ${((end - from) / 8).toFixed(1)} ms`)
    at = end
  }
  return stretches.join(', ')
}

/** The most of the tones that was let through within any 5 ms, in dBm0. */
function loudestKept(tones: Float32Array, kept: Uint8Array, from: number, to: number): number {
  const window = 40
  let loudest = 0
  for (let at = from; at + window <= to; at += 8) {
    let energy = 0
    for (let i = at; i < at + window; i++) if (kept[i] === 1) energy += tones[i]! ** 2
    loudest = Math.max(loudest, energy)
  }
  return 20 * Math.log10(Math.sqrt(loudest / window) / rmsAt0Dbm0 + 1e-9)
}

/** -53 dBm0 as a peak, and as long as the slowest frequency may stay below it: an echo of the key before. */
const echoPeak = 0.0015
const echoSamples = 16

/** How far the mask reaches beyond the tone, up to 200 ms on either side; before it, only as far as no echo must be masked. */
function measureEdges(tones: Float32Array, kept: Uint8Array, { from, to }: Press, score: MaskingScore): void {
  const isEcho = (at: number) =>
    tones.subarray(Math.max(0, at - echoSamples), at).some((sample) => Math.abs(sample) > echoPeak)
  let before = 0
  while (before < 1_600 && from - before > 0 && kept[from - before - 1] === 0 && !isEcho(from - before))
    before++
  let after = 0
  while (after < 1_600 && to + after < kept.length && kept[to + after] === 0) after++
  score.beforeMs.push(before / 8)
  score.afterMs.push(after / 8)
}
