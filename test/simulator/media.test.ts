import { readdir, readFile, stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { decodeG711 } from '../../src/dsp/g711.ts'
import { loadMediaLibrary, SpeechManifest } from '../../src/simulator/media-library.ts'

const folder = 'media/speech'
const manifest = SpeechManifest.parse(JSON.parse(await readFile(`${folder}/manifest.json`, 'utf8')))
const library = await loadMediaLibrary(folder)
const zeroDbm0Rms = 32_124 / 10 ** (3.17 / 20) / Math.SQRT2

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

describe('the canned speech', () => {
  it('is exactly what the manifest lists', async () => {
    const files = (await readdir(folder))
      .filter((file) => file.endsWith('.wav'))
      .map((file) => file.slice(0, -4))
    expect(files.sort()).toEqual(manifest.speech.map(({ id }) => id).sort())
    for (const { id, ms } of manifest.speech) expect(Math.floor(library.get(id)!.length / 8)).toBe(ms)
  })

  it('has a file for both people, and stays small', async () => {
    const sizes = await Promise.all(
      manifest.speech.map(async ({ id }) => (await stat(`${folder}/${id}.wav`)).size),
    )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(1_000_000)
    for (const who of ['agent-', 'caller-'])
      expect(manifest.speech.filter(({ id }) => id.startsWith(who)).length).toBeGreaterThanOrEqual(4)
  })

  it.each(manifest.speech.map(({ id }) => id))(
    '%s is at -20 dBm0 of active speech, and is not clipped',
    (id) => {
      const samples = new Int16Array(library.get(id)!.length)
      decodeG711('mulaw', library.get(id)!, samples)
      const stretches = Array.from({ length: Math.floor(samples.length / 160) }, (_, i) =>
        rms(samples.subarray(i * 160, i * 160 + 160)),
      )
      const active = stretches.filter((level) => level > zeroDbm0Rms * 10 ** (-35 / 20))
      const power = Math.sqrt(active.reduce((sum, level) => sum + level * level, 0) / active.length)
      expect(20 * Math.log10(power / zeroDbm0Rms)).toBeCloseTo(-20, 0)
      expect(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(29_500)
    },
  )

  it('is refused when a file is not the one that the manifest names', async () => {
    await expect(loadMediaLibrary('test/simulator')).rejects.toMatchObject({
      code: 'SIMULATOR_MEDIA_UNUSABLE',
    })
  })
})
