import { describe, expect, it } from 'vitest'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { likeliestKey } from '../../src/dtmf/attacker.ts'
import type { AudioFormat } from '../../src/dtmf/audio-format.ts'
import { openAudio } from '../../src/dtmf/audio-input.ts'
import { type MaskOptions, maskTones } from '../../src/dtmf/mask.ts'
import { dialled, g711, inPortions, line, pcm16, wav } from './support/recording.ts'

async function masked(bytes: Buffer, format: AudioFormat, options: Partial<MaskOptions> = {}) {
  const parts: Buffer[] = []
  let digits = ''
  await maskTones(await openAudio(inPortions(bytes, 500), format), {
    lookaheadMs: 20,
    fill: 'noise',
    trimDelay: false,
    write: async (part) => {
      parts.push(Buffer.from(part))
    },
    heard: ({ digit }) => {
      digits += digit
    },
    ...options,
  })
  return { output: Buffer.concat(parts), digits }
}

/** Something like speech: nothing of it is a tone. */
const murmur = Float32Array.from(
  { length: 8_000 },
  (_, i) => 0.1 * Math.sin(i / 9) * Math.sin(i / 700) + 0.01 * Math.sin(i * i),
)

describe('the agent’s leg of a recording', () => {
  it.each(['ulaw', 'alaw', 's16le'] as const)(
    'is as long as the recording, 20 ms behind it, and untouched where there is no tone (%s)',
    async (codec) => {
      const bytes = codec === 's16le' ? pcm16(murmur) : g711(codec === 'ulaw' ? 'mulaw' : 'alaw', murmur)
      const width = codec === 's16le' ? 2 : 1
      const { output } = await masked(bytes, line(codec))
      expect(output.length).toBe(bytes.length)
      // The first samples after the silence before the call may be of its fade.
      const from = 200 * width
      expect(
        output.subarray(from + 160 * width).equals(bytes.subarray(from, bytes.length - 160 * width)),
      ).toBe(true)
    },
  )

  it('comes without the delay when told so, as long as the recording', async () => {
    const bytes = g711('mulaw', murmur)
    const { output } = await masked(bytes, line('ulaw'), { trimDelay: true })
    expect(output.length).toBe(bytes.length)
    expect(output.subarray(200).equals(bytes.subarray(200))).toBe(true)
  })

  it('tells the digits, and holds none', async () => {
    const keys = '4071'
    const bytes = g711('mulaw', dialled(keys))
    const { output, digits } = await masked(bytes, line('ulaw'))
    expect(digits).toBe(keys)
    const audio = new Int16Array(output.length)
    decodeG711('mulaw', output, audio)
    const clear = new Int16Array(bytes.length)
    decodeG711('mulaw', bytes, clear)
    const read = (from: Int16Array, delay: number) =>
      [...keys].filter((key, i) => {
        const at = 1_000 + 1_360 * i + delay
        return likeliestKey(from, { fromSample: at, toSample: at + 560 }).key === key
      }).length
    expect(read(clear, 0)).toBe(4)
    expect(read(audio, 160)).toBeLessThanOrEqual(1)
  })

  it('does not depend on what comes later: a cut changes nothing before it', async () => {
    const bytes = g711('mulaw', dialled('258'))
    const { output } = await masked(bytes, line('ulaw'))
    for (const cut of [1_000, 1_100, 1_517, 3_001]) {
      const { output: early } = await masked(bytes.subarray(0, cut), line('ulaw'))
      expect(early.equals(output.subarray(0, cut)), `cut at ${cut}`).toBe(true)
    }
  })

  it.each([
    ['two channels', wav(line('s16le', 8_000, 2), Buffer.alloc(64))],
    ['16,000 samples a second', wav(line('s16le', 16_000), Buffer.alloc(64))],
  ])('is not made of %s', async (_, bytes) => {
    await expect(masked(bytes, line('s16le'))).rejects.toMatchObject({ code: 'DTMF_NOT_AUDIO' })
  })
})
