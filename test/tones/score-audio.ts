import type { Scene } from './scene.ts'
import { frameOctets } from './scene.ts'
import { keptSamples } from './score-masking.ts'
import { activeFrames } from './signals/level.ts'

/** What the mask takes from audio that is nobody's tone, in samples. */
export type AudioScore = { active: number; changed: number }

/** A tone and its echoes may cost this much around them, in samples: that is counted elsewhere. */
const nearTone = 320

/** Active speech away from tones, and how much of it the agent gets otherwise than it was said. */
export function scoreAudio(scene: Scene, voice: Float32Array, output: Uint8Array, score: AudioScore): void {
  const kept = keptSamples(scene, output)
  const near = new Uint8Array(output.length)
  for (const { from, to } of scene.presses) near.fill(1, Math.max(0, from - nearTone), to + nearTone)
  for (let i = 0; i < scene.tones.length; i += 8) {
    // -53 dBm0 as a peak.
    if (Math.abs(scene.tones[i]!) > 0.0015) near.fill(1, Math.max(0, i - nearTone), i + nearTone)
  }
  for (const [frame, active] of activeFrames(voice).entries()) {
    if (active === 0 || scene.lost[frame] === 1) continue
    for (let i = frame * frameOctets; i < (frame + 1) * frameOctets; i++) {
      score.active++
      if (kept[i] === 0 && near[i] === 0) score.changed++
    }
  }
}
