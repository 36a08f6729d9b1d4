import type { Attacker } from './attackers.ts'
import { makeCall } from './calls.ts'
import { heardUnarmed, throughEngine } from './listen.ts'
import { Random } from './random.ts'
import { type AudioScore, scoreAudio } from './score-audio.ts'
import { type HearingScore, noHearing, scoreHearing } from './score-hearing.ts'
import { type MaskingScore, noMasking, scoreMasking } from './score-masking.ts'
import type { SpeechStock } from './signals/speech.ts'

export type CallResults = {
  readonly calls: number
  right: number
  readonly hearing: HearingScore
  readonly masking: MaskingScore
  readonly audio: AudioScore
  readonly faults: string[]
}

/** Whole calls, through hearing and mask at once. */
export function runCalls(
  calls: number,
  seed: number,
  talk: SpeechStock,
  attackers: readonly Attacker[],
): CallResults {
  const audio = { active: 0, changed: 0 }
  const results: CallResults = {
    calls,
    right: 0,
    hearing: noHearing(),
    masking: noMasking(),
    audio,
    faults: [],
  }
  for (let n = 0; n < calls; n++) {
    const { scene, voice } = makeCall(Random.for(seed, `call ${n}`), talk, n)
    const { heard, output } = throughEngine(scene)
    const missed = [
      ...scoreHearing(scene, heard, results.hearing),
      ...scoreHearing(scene, heardUnarmed(scene), results.hearing).map((fault) => `not armed: ${fault}`),
    ]
    if (missed.length === 0) results.right++
    const left = scoreMasking(scene, output, results.masking, attackers)
    scoreAudio(scene, voice, output, audio)
    results.faults.push(...[...missed, ...left].map((fault) => `call ${n}: ${fault}`))
  }
  return results
}
