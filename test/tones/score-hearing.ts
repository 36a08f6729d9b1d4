import type { Heard } from './listen.ts'
import type { Scene } from './scene.ts'

/** What was heard of some presses. */
export type HearingScore = {
  presses: number
  heard: number
  /** One press reported again. */
  doubled: number
  /** Another digit reported where a key was down. */
  wrong: number
  /** A digit where there was no key. */
  invented: number
  /** Scenes of presses to be rejected, and those of them that were. */
  toReject: number
  rejected: number
  /** From onset to decision, in ms, of each press heard. */
  latenciesMs: number[]
}

export const noHearing = (): HearingScore => ({
  presses: 0,
  heard: 0,
  doubled: 0,
  wrong: 0,
  invented: 0,
  toReject: 0,
  rejected: 0,
  latenciesMs: [],
})

/** A decision later than this after the tone's end is about nothing any more, in samples: 80 ms. */
const late = 640
/** The same digit this long after a press is its echo, or the press counted twice, in samples: 900 ms. */
const again = 7_200

/** Compares decisions with the truth, in order. Returns the presses that went wrong, for the report of failures. */
export function scoreHearing(scene: Scene, heard: readonly Heard[], score: HearingScore): string[] {
  if (scene.expected === null) return []
  const used = new Set<Heard>()
  const faults: string[] = []
  for (const { key, from, to } of scene.expected) {
    score.presses++
    const match = heard.find(
      (event) =>
        !used.has(event) && event.digit === key && event.atSample > from && event.atSample <= to + late,
    )
    if (match) {
      used.add(match)
      score.heard++
      score.latenciesMs.push((match.atSample - from) / 8)
    } else faults.push(`missed at ${Math.round(from / 8)} ms`)
  }
  const touched = new Set<number>()
  for (const event of heard) {
    if (used.has(event)) continue
    const near = scene.presses.findLast(
      ({ from, to }) => event.atSample > from && event.atSample <= to + again,
    )
    if (!near || event.atSample > near.to + again) score.invented++
    else if (near.key === event.digit) score.doubled++
    else if (event.atSample <= near.to + late) score.wrong++
    else score.invented++
    if (near) touched.add(near.from)
    faults.push(`too many at ${Math.round(event.atSample / 8)} ms`)
  }
  if (scene.expected.length === 0 && scene.presses.length > 0) {
    score.toReject += scene.presses.length
    score.rejected += scene.presses.length - touched.size
  }
  return faults
}

/** The share `q` of a sorted copy. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!
}
