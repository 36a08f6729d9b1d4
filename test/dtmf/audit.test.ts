import { describe, expect, it } from 'vitest'
import { generateTone } from '../../src/dsp/tone-generator.ts'
import { openAudio } from '../../src/dtmf/audio-input.ts'
import { type AuditFinding, auditRecording } from '../../src/dtmf/audit.ts'
import { dialled, inPortions, line, pcm16 } from './support/recording.ts'

async function findings(samples: Float32Array): Promise<AuditFinding[]> {
  const found: AuditFinding[] = []
  const input = await openAudio(inPortions(pcm16(samples), 4_096), line('s16le'))
  await auditRecording(input, { found: (finding) => found.push(finding), progress: () => {} })
  return found
}

describe('the audit of a recording', () => {
  it('finds each key once, with its place and its level', async () => {
    const found = await findings(dialled('1590#'))
    expect(found.map(({ key }) => key).join('')).toBe('1590#')
    for (const [i, { fromSample, toSample, levelDbm0, channel }] of found.entries()) {
      expect(Math.abs(fromSample / 8 - 125 - 170 * i)).toBeLessThan(12)
      expect(Math.abs(toSample / 8 - 195 - 170 * i)).toBeLessThan(12)
      expect(Math.abs(levelDbm0 + 10)).toBeLessThan(1.5)
      expect(channel).toBe(0)
    }
  })

  it('finds what a receiver would reject: short, off its frequency, over-twisted, faint', async () => {
    for (const odd of [
      { ms: 15 },
      { ms: 22 },
      { ms: 60, offsetPct: 2.5 },
      { ms: 60, twistDb: 12 },
      { ms: 60, levelDbm0: -45 },
    ]) {
      const samples = dialled('')
      const tone = generateTone({ key: '8', ...odd })
      for (const [i, sample] of tone.entries()) samples[2_000 + i]! += sample
      expect(
        (await findings(samples)).map(({ key }) => key),
        JSON.stringify(odd),
      ).toEqual(['8'])
    }
  })

  it('finds nothing in noise, in one tone alone, and in silence', async () => {
    let state = 7
    const noise = Float32Array.from({ length: 16_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31
      return (state / 2 ** 31 - 0.5) * 0.3
    })
    expect(await findings(noise)).toEqual([])
    for (const hz of [697, 941, 1_336, 1_000]) {
      const sine = Float32Array.from(
        { length: 8_000 },
        (_, i) => 0.2 * Math.sin((2 * Math.PI * hz * i) / 8_000),
      )
      expect(await findings(sine), `${hz} Hz`).toEqual([])
    }
    expect(await findings(new Float32Array(8_000))).toEqual([])
  })
})
