import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../../src/dsp/dtmf-keypad.ts'
import { kernelBase64, kernelSha256 } from '../../../src/dsp/kernel/kernel-wasm.ts'
import { openReferenceKernel } from '../../../src/dsp/kernel/open-kernel.ts'
import type { KernelViews, ToneKernel } from '../../../src/dsp/kernel/tone-kernel.ts'
import { WasmKernel, wasmKernelRuns } from '../../../src/dsp/kernel/wasm-kernel.ts'
import { toInt16 } from '../../../src/dsp/tone-generator.ts'
import { buildKernel } from '../support/build-kernel.ts'
import { normal, seeded } from '../support/random.ts'
import { Track } from '../support/track.ts'

const seed = Number(process.env.SEED ?? Date.now() % 1e9)
console.log(`kernel tests: SEED=${seed}`)

/** A minute of tones of every sort, noise and beats, so that every branch of the kernel is taken. */
function medley(random: () => number): Track {
  const track = new Track(60_000).noise(-60, random)
  for (let atMs = 50; atMs < 59_000; atMs += 60 + random() * 200) {
    const twistDb = (random() - 0.5) * 40
    const offsetPct = (random() - 0.5) * 10
    const key = keypad[Math.floor(random() * 16)] as Key
    track.press(atMs, { key, ms: 5 + random() * 80, levelDbm0: -40 + random() * 44, twistDb, offsetPct })
  }
  for (let i = 0; i < track.samples.length; i++) {
    const voiced = Math.sin((2 * Math.PI * i) / 9_000) > 0.3 ? 0.05 : 0
    for (let n = 1; n < 12; n++)
      track.samples[i]! += (voiced / n) * Math.sin((2 * Math.PI * 117 * n * i) / 8_000)
    if (random() < 0.0005) track.samples[i]! += normal(random) * 0.5
  }
  return track
}

function differences(a: KernelViews, b: KernelViews): string[] {
  const names = ['samples', 'sums', 'energy', 'flags'] as const
  const found: string[] = names.filter(
    (name) =>
      !Buffer.from(a[name].buffer, a[name].byteOffset, a[name].byteLength).equals(
        Buffer.from(b[name].buffer, b[name].byteOffset, b[name].byteLength),
      ),
  )
  for (let hop = 0; hop < a.flags.length; hop++) {
    if (a.flags[hop] === 0) continue
    for (let i = hop * 8; i < hop * 8 + 8; i++)
      if (!Object.is(a.fits[i], b.fits[i])) found.push(`fit ${i & 7}`)
  }
  return found
}

describe.runIf(wasmKernelRuns())('the WebAssembly kernel', () => {
  function compare(
    feed: (kernel: ToneKernel, from: number, to: number) => number,
    length: number,
    random: () => number,
  ) {
    const reference = openReferenceKernel()
    const wasm = new WasmKernel()
    let flagged = 0
    for (let at = 0; at < length; ) {
      const to = Math.min(length, at + 1 + Math.floor(random() * 480))
      expect(feed(wasm, at, to)).toBe(feed(reference, at, to))
      expect(differences(reference.views, wasm.views)).toEqual([])
      flagged += reference.views.flags.reduce((sum, flag) => sum + flag, 0)
      at = to
    }
    wasm.release()
    return flagged
  }

  it.each(['mulaw', 'alaw'] as const)('works out the same bits as the reference (%s)', (law) => {
    const random = seeded(seed)
    const octets = medley(random).octets(law)
    const flagged = compare(
      (kernel, from, to) => kernel.takeOctets(octets.subarray(from, to), law),
      octets.length,
      random,
    )
    expect(flagged).toBeGreaterThan(1_000)
  })

  it('opens and shuts its gate as the reference does', () => {
    const random = seeded(seed + 2)
    const octets = medley(random).octets('mulaw')
    const feed = (kernel: ToneKernel, from: number, to: number) =>
      kernel.takeOctets(octets.subarray(from, to), 'mulaw', (from >> 6) % 5 !== 0)
    expect(compare(feed, octets.length, random)).toBeGreaterThan(500)
  })

  it('works out the same bits from linear samples, clipped ones included, and across lost stretches', () => {
    const random = seeded(seed + 1)
    const samples = toInt16(medley(random).samples)
    const feed = (kernel: ToneKernel, from: number, to: number) =>
      (from >> 5) % 7 === 0 ? kernel.takeLost(to - from) : kernel.takeLinear(samples.subarray(from, to))
    expect(compare(feed, samples.length, random)).toBeGreaterThan(1_000)
  })

  it('keeps two channels of one memory apart, and zeroes one of them at release', () => {
    const a = new WasmKernel()
    const b = new WasmKernel()
    const octets = medley(seeded(seed)).octets()
    a.takeOctets(octets.subarray(0, 480), 'mulaw')
    expect(b.views.bytes.every((byte) => byte === 0)).toBe(true)
    b.takeOctets(octets.subarray(0, 480), 'mulaw')
    a.release()
    expect(a.views.bytes.every((byte) => byte === 0)).toBe(true)
    expect(b.views.bytes.every((byte) => byte === 0)).toBe(false)
    b.release()
  })

  it('goes on when the channels of a memory are used up, and uses released ones again', () => {
    const many = Array.from({ length: 130 }, () => new WasmKernel())
    expect(new Set(many.map((kernel) => kernel.views.bytes.buffer)).size).toBeGreaterThan(2)
    for (const kernel of many) kernel.release()
    const again = new WasmKernel()
    expect(many.some((kernel) => kernel.views.bytes.buffer === again.views.bytes.buffer)).toBe(true)
    again.release()
  })
})

describe('the committed module', () => {
  it('is what its source compiles to', async () => {
    const committed = readFileSync(new URL('../../../src/dsp/kernel/kernel-wasm.ts', import.meta.url), 'utf8')
    expect(await buildKernel()).toBe(committed)
    expect(createHash('sha256').update(Buffer.from(kernelBase64, 'base64')).digest('hex')).toBe(kernelSha256)
  })
})
