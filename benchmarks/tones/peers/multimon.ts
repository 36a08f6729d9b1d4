import { spawnSync } from 'node:child_process'
import { RateConverter } from '../../../src/dsp/rate-converter.ts'
import type { Stretch } from './native-peer.ts'

/** Debian's multimon-ng. It reads 22,050 samples a second and does not say when it heard what. */
export const multimon = {
  isHere: (): boolean => spawnSync('multimon-ng', ['-h'], { stdio: 'ignore' }).error === undefined,

  /** The digits of each stretch, in order. It knows no gaps: silence stands in for what was lost. */
  hear(stretches: readonly Stretch[]): string[] {
    return stretches.map(({ samples, lost }) => {
      const heard = spawnSync('multimon-ng', ['-q', '-a', 'DTMF', '-t', 'raw', '-'], {
        input: converted(withGaps(samples, lost)),
        maxBuffer: 2 ** 24,
      })
      return [...heard.stdout.toString('latin1').matchAll(/DTMF: (.)/g)].map(([, digit]) => digit).join('')
    })
  },

  /** Seconds of audio handled in a second, its start left out by running twice as much and once. */
  timesRealTime(stretch: Stretch): number {
    const input = converted(stretch.samples)
    const seconds = (times: number) => {
      const begun = performance.now()
      spawnSync('multimon-ng', ['-q', '-a', 'DTMF', '-t', 'raw', '-'], {
        input: Buffer.concat(Array(times).fill(input)),
      })
      return (performance.now() - begun) / 1_000
    }
    return (4 * stretch.samples.length) / 8_000 / (seconds(5) - seconds(1))
  },
}

function withGaps(samples: Int16Array, lost: Uint8Array): Int16Array {
  const out = samples.slice()
  for (const [frame, isLost] of lost.entries()) if (isLost === 1) out.fill(0, frame * 160, (frame + 1) * 160)
  return out
}

function converted(samples: Int16Array): Buffer {
  const converter = new RateConverter(8_000, 22_050, samples.length + 64)
  const input = Float32Array.from(samples.length + 64 === 0 ? [] : samples)
  const output = new Float32Array(Math.ceil((samples.length * 22_050) / 8_000) + 16)
  const count = converter.convert(input, output)
  const pcm = Buffer.alloc(count * 2)
  for (let i = 0; i < count; i++)
    pcm.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(output[i]!))), 2 * i)
  return pcm
}
