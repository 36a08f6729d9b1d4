import { leastSquares, receiver, unguarded } from '../../test/tones/attackers.ts'
import { makeCall } from '../../test/tones/calls.ts'
import { throughEngine } from '../../test/tones/listen.ts'
import { Random } from '../../test/tones/random.ts'
import { type AudioScore, scoreAudio } from '../../test/tones/score-audio.ts'
import { type MaskingScore, noMasking, scoreMasking } from '../../test/tones/score-masking.ts'
import type { SpeechStock } from '../../test/tones/signals/speech.ts'
import type { NativePeer } from './peers/native-peer.ts'
import type { Rtpengine } from './rtpengine/daemon.ts'
import { throughRtpengine } from './rtpengine/masked-calls.ts'

export type PeerMasking = {
  readonly name: string
  readonly score: MaskingScore
  readonly audio: AudioScore
  readonly addedMs: number
  /** Channels that one core carries, network included; null where it is measured otherwise. */
  readonly channelsACore: number | null
}

export type MaskingBench = { seed: number; calls: number; talk: SpeechStock }

/** The same calls through us and through rtpengine, whose buffer is tried at two lengths. */
export async function benchMasking(
  engine: Rtpengine | null,
  spandsp: NativePeer | null,
  { seed, calls, talk }: MaskingBench,
): Promise<PeerMasking[]> {
  const made = Array.from({ length: calls }, (_, n) =>
    makeCall(Random.for(seed, `clean call ${n}`), talk, n, true),
  )
  const attackers = [leastSquares, unguarded, ...(spandsp ? [receiver(spandsp)] : [])]
  const judge = (outputs: readonly Uint8Array[]) => {
    const score = noMasking()
    const audio = { active: 0, changed: 0 }
    for (const [i, { scene, voice }] of made.entries()) {
      scoreMasking(scene, outputs[i]!, score, attackers)
      scoreAudio(scene, voice, outputs[i]!, audio)
    }
    return { score, audio }
  }
  const open = {
    name: 'nothing (the attackers work)',
    ...judge(made.map(({ scene }) => scene.octets)),
    addedMs: 0,
    channelsACore: null,
  }
  const ours = {
    name: 'tonewall',
    ...judge(made.map(({ scene }) => throughEngine(scene).output)),
    addedMs: 20,
    channelsACore: null,
  }
  const results: PeerMasking[] = [open, ours]
  for (const bufferMs of engine ? [60, 100] : []) {
    const { calls: masked, cpuPerChannelSecond } = await throughRtpengine(
      engine!,
      made.map(({ scene }) => scene.octets),
      bufferMs,
    )
    const addedMs = masked.reduce((sum, { delayMs }) => sum + delayMs, 0) / masked.length
    const judged = judge(masked.map(({ output }) => output))
    results.push({
      name: `rtpengine, ${bufferMs} ms`,
      ...judged,
      addedMs,
      channelsACore: 1 / cpuPerChannelSecond,
    })
  }
  return results
}
