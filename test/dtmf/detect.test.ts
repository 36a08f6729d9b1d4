import { describe, expect, it } from 'vitest'
import type { AudioFormat } from '../../src/dtmf/audio-format.ts'
import { openAudio } from '../../src/dtmf/audio-input.ts'
import { type DetectedPress, detectPresses } from '../../src/dtmf/detect.ts'
import { dialled, g711, inPortions, line, pcm16, wav } from './support/recording.ts'

async function heardIn(bytes: Buffer, format: AudioFormat, portion = 333): Promise<DetectedPress[]> {
  const presses: DetectedPress[] = []
  await detectPresses(await openAudio(inPortions(bytes, portion), format), (press) => presses.push(press))
  return presses
}

const digits = (presses: readonly DetectedPress[]) => presses.map(({ digit }) => digit).join('')

describe('the presses of a recording', () => {
  it.each([
    ['s16le', pcm16(dialled('40#*7'))],
    ['ulaw', g711('mulaw', dialled('40#*7'))],
    ['alaw', g711('alaw', dialled('40#*7'))],
  ] as const)('are written with their times (%s)', async (codec, bytes) => {
    const presses = await heardIn(bytes, line(codec))
    expect(digits(presses)).toBe('40#*7')
    for (const [i, { startMs, endMs, atMs }] of presses.entries()) {
      const onset = 125 + 170 * i
      expect(Math.abs(startMs - onset)).toBeLessThan(8)
      expect(Math.abs(endMs - onset - 70)).toBeLessThan(10)
      expect(atMs).toBeGreaterThan(onset + 20)
      expect(atMs).toBeLessThan(onset + 50)
    }
  })

  it.each([11_025, 16_000, 44_100, 48_000])('are the same at %i samples a second', async (rate) => {
    const bytes = wav(line('s16le', rate), pcm16(dialled('159D', rate)))
    expect(digits(await heardIn(bytes, line('s16le')))).toBe('159D')
  })

  it('do not depend on how the recording is cut into portions', async () => {
    const bytes = pcm16(dialled('0123'))
    const whole = await heardIn(bytes, line('s16le'), bytes.length)
    expect(await heardIn(bytes, line('s16le'), 1)).toEqual(whole)
  })

  it('are decided without a look into later audio: a cut after the decision changes nothing', async () => {
    const bytes = pcm16(dialled('5'))
    const [press] = await heardIn(bytes, line('s16le'))
    const [early] = await heardIn(bytes.subarray(0, press!.atMs * 16), line('s16le'))
    expect(early).toMatchObject({ digit: '5', startMs: press!.startMs, atMs: press!.atMs })
    const before = bytes.subarray(0, (press!.atMs - 2) * 16)
    expect(await heardIn(before, line('s16le'))).toEqual([])
  })

  it('name their channel where there are several', async () => {
    const [left, right] = [pcm16(dialled('12')), pcm16(dialled('98'))]
    const both = Buffer.alloc(32_000)
    for (let i = 0; i < 8_000; i++) {
      left.copy(both, 4 * i, 2 * i, 2 * i + 2)
      right.copy(both, 4 * i + 2, 2 * i, 2 * i + 2)
    }
    const presses = await heardIn(wav(line('s16le', 8_000, 2), both), line('s16le'))
    const of = (channel: number) => digits(presses.filter((press) => press.channel === channel))
    expect([of(0), of(1)]).toEqual(['12', '98'])
  })

  it('are read from 8, 24 and 32 bits, and from floating point', async () => {
    const samples = dialled('1')
    const forms = { u8: 1, s24le: 3, s32le: 4, f32le: 4 } as const
    for (const [codec, width] of Object.entries(forms) as [keyof typeof forms, number][]) {
      const bytes = Buffer.alloc(samples.length * width)
      for (const [i, sample] of samples.entries()) {
        if (codec === 'u8') bytes[i] = Math.round(128 + 127 * sample)
        else if (codec === 's24le') bytes.writeIntLE(Math.round(sample * 8_388_607), 3 * i, 3)
        else if (codec === 's32le') bytes.writeInt32LE(Math.round(sample * 2_147_483_647), 4 * i)
        else bytes.writeFloatLE(sample, 4 * i)
      }
      expect(digits(await heardIn(bytes, line(codec))), codec).toBe('1')
    }
  })
})
