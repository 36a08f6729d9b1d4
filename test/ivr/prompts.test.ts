import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { activeLevelDbm0, highestPeak } from '../../media/spoken-audio.ts'
import { Locale, PromptManifest } from '../../src/contracts/prompts.ts'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { languageOf } from '../../src/ivr/speech/speak.ts'

const media = path.resolve(import.meta.dirname, '..', '..', 'media', 'prompts')

function packOf(folder: string) {
  const { prompts } = PromptManifest.parse(
    JSON.parse(readFileSync(path.join(media, folder, 'manifest.json'), 'utf8')),
  )
  const pack = readFileSync(path.join(media, folder, 'prompts.ulaw'))
  let at = 0
  const parts = prompts.map((prompt) => {
    const octets = pack.subarray(at, at + prompt.ms * 8)
    at += octets.length
    return { ...prompt, octets }
  })
  return { parts, left: pack.length - at }
}

describe.each([...Locale.options, 'sounds'] as const)('the prompts of %s', (folder) => {
  const { parts, left } = packOf(folder)

  it('are as long as the manifest says, and have its hashes', () => {
    expect(left).toBe(0)
    const wrong = parts.filter(
      ({ octets, sha256 }) => createHash('sha256').update(octets).digest('hex') !== sha256,
    )
    expect(wrong.map(({ id }) => id)).toEqual([])
    expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length)
  })

  if (folder === 'sounds') return

  it('are made of the texts that stand in phrases.yaml and in the rules of the language', () => {
    const phrases = parse(readFileSync(path.join(media, folder, 'phrases.yaml'), 'utf8')) as object
    const texts = { ...phrases, ...languageOf(folder).vocabulary }
    expect(Object.fromEntries(parts.map(({ id, text }) => [id, text]))).toEqual(texts)
  })

  it('are at -20 dBm0 of active speech, never clipped, and without silence at their ends', () => {
    const faults = parts.flatMap(({ id, octets }) => {
      const samples = new Int16Array(octets.length)
      decodeG711('mulaw', octets, samples)
      const level = activeLevelDbm0(samples)
      let peak = 0
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
      // -48 dBm0, as the generator trims: at most 20 ms of what is quieter stays at either end.
      const loudAt = (sample: number) => Math.abs(sample) > 75
      const [from, to] = [samples.findIndex(loudAt), samples.length - samples.findLastIndex(loudAt)]
      return [
        // What is peaky is as loud as it can be without clipping.
        ...(Math.abs(level + 20) > 1 && peak < highestPeak * 0.9 ? [`${id}: ${level.toFixed(1)} dBm0`] : []),
        ...(peak > highestPeak * 1.02 ? [`${id}: peak ${peak}`] : []),
        ...(from > 160 || to > 160 ? [`${id}: silence at an end`] : []),
      ]
    })
    expect(faults).toEqual([])
  })
})
