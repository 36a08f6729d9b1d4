import { heardUnarmed, throughEngine } from './listen.ts'
import { type AudioScore, scoreAudio } from './score-audio.ts'
import { type TalkOffKind, talkOffScene } from './talk-off.ts'

export type { TalkOffKind } from './talk-off.ts'

export type TalkOffResult = {
  readonly kind: TalkOffKind
  hours: number
  invented: number
  /** Of each stretch: one voice, so that its digits come together or not at all. */
  readonly inventedBy: number[]
  readonly audio: AudioScore
  readonly faults: string[]
}

/** Listens for digits where there are none, and counts what a mask in force would take away. */
export function runTalkOff(kind: TalkOffKind, hours: number, seed: number): TalkOffResult {
  const audio = { active: 0, changed: 0 }
  const result: TalkOffResult = { kind, hours: 0, invented: 0, inventedBy: [], audio, faults: [] }
  for (let n = 0; result.hours < hours; n++) {
    const { scene, sound } = talkOffScene(kind, seed, n)
    const { heard, output } = throughEngine(scene)
    result.hours += scene.octets.length / 8_000 / 3_600
    // Whichever way of listening is talked into more.
    const invented = Math.max(heard.length, heardUnarmed(scene).length)
    result.invented += invented
    result.inventedBy.push(invented)
    result.faults.push(
      ...heard.map(({ atSample }) => `stretch ${n}: a digit at ${(atSample / 8_000).toFixed(2)} s`),
    )
    scoreAudio(scene, sound, output, result.audio)
  }
  return result
}
