import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Key, keypad } from '../../../src/dsp/dtmf-keypad.ts'
import { kernelBase64, kernelSha256 } from '../../../src/dsp/kernel/kernel-wasm.ts'
import { openReferenceKernel } from '../../../src/dsp/kernel/open-kernel.ts'
import type { KernelViews, ToneKernel } from '../../../src/dsp/kernel/tone-kernel.ts'
import { WasmKernel, wasmKernelRuns } from '../../../src/dsp/kernel/wasm-kernel.ts'
import { toInt16 } from '../../../src/dsp/tone-generator.ts'
import { createToneChannel } from '../../../src/dsp/tone-guard.ts'
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

/** Hops back to which each of the rings must be right, once a gate has opened. */
const reach = { samples: 36, energy: 36, sums: 14 } as const

function differences(a: KernelViews, b: KernelViews, hops: number): string[] {
  const found: string[] = []
  for (const name of ['samples', 'energy', 'sums'] as const) {
    const width = a[name].length / 64
    for (let hop = Math.max(0, hops - reach[name]); hop < hops; hop++)
      for (let i = (hop & 63) * width; i < ((hop & 63) + 1) * width; i++)
        if (!Object.is(a[name][i], b[name][i])) found.push(`${name} of hop ${hop}`)
  }
  for (let hop = 0; hop < a.flags.length; hop++) {
    if (a.flags[hop] !== b.flags[hop]) found.push('flags')
    if (a.flags[hop] === 0) continue
    for (let i = hop * 8; i < hop * 8 + 8; i++)
      if (!Object.is(a.fits[i], b.fits[i])) found.push(`fit ${i & 7}`)
  }
  return found
}

describe.runIf(wasmKernelRuns())('the WebAssembly kernel', () => {
  type Feed = (kernel: ToneKernel, from: number, to: number) => number

  /** `passes`: says of a frame that what lies before it may not be there. */
  function compare(
    feed: Feed,
    length: number,
    size: () => number,
    passes: (from: number) => boolean = () => false,
  ) {
    const reference = openReferenceKernel()
    const wasm = new WasmKernel()
    let flagged = 0
    for (let at = 0; at < length; ) {
      const to = Math.min(length, at + size())
      const found = feed(reference, at, to)
      expect(feed(wasm, at, to)).toBe(found)
      if (found > 0 || !passes(at)) {
        expect(differences(reference.views, wasm.views, Math.floor(to / 16))).toEqual([])
      }
      expect(Buffer.compare(wasm.views.flags, reference.views.flags)).toBe(0)
      expect(wasm.views.level[0]).toBe(reference.views.level[0])
      flagged += reference.views.flags.reduce((sum, flag) => sum + flag, 0)
      at = to
    }
    wasm.release()
    return flagged
  }
  const anySize = (random: () => number) => () => 1 + Math.floor(random() * 480)

  it.each(['mulaw', 'alaw'] as const)('works out the same bits as the reference (%s)', (law) => {
    const random = seeded(seed)
    const octets = medley(random).octets(law)
    const flagged = compare(
      (kernel, from, to) => kernel.takeOctets(octets.subarray(from, to), law),
      octets.length,
      anySize(random),
    )
    expect(flagged).toBeGreaterThan(1_000)
  })

  it.each(['mulaw', 'alaw'] as const)('opens and shuts its gate as the reference does (%s)', (law) => {
    const random = seeded(seed + 2)
    const octets = medley(random).octets(law).subarray(0, 240_000)
    const isGated = (from: number) => (from >> 7) % 9 !== 0
    const feed: Feed = (kernel, from, to) =>
      (from >> 7) % 31 === 1
        ? kernel.takeLost(to - from)
        : kernel.takeOctets(octets.subarray(from, to), law, isGated(from))
    // Frames as they come from the network, and now and then one that ends within a hop.
    const size = () =>
      random() < 0.05 ? 1 + Math.floor(random() * 480) : 80 * (1 + Math.floor(random() * 4))
    expect(compare(feed, octets.length, size, isGated)).toBeGreaterThan(500)
    expect(compare(feed, octets.length, anySize(random), isGated)).toBeGreaterThan(500)
  })

  it('takes in what many channels were offered, each as if it had been alone', () => {
    const random = seeded(seed + 3)
    const all = medley(random).octets()
    const octets = Array.from({ length: 70 }, (_, i) => all.subarray(1_000 * i, 1_000 * i + 16_000))
    const shared = octets.map(() => new WasmKernel())
    const alone = octets.map(() => openReferenceKernel())
    for (let at = 0; at < 16_000; at += 160) {
      const frames = octets.map((all) => all.subarray(at, at + 160))
      for (const [i, kernel] of shared.entries()) kernel.offerOctets(frames[i]!, 'mulaw', i % 2 === 0)
      const found = shared.map((kernel) => kernel.takeOffered())
      expect(found).toEqual(alone.map((kernel, i) => kernel.takeOctets(frames[i]!, 'mulaw', i % 2 === 0)))
    }
    for (const kernel of shared) kernel.release()
  })

  it('works out the same bits from linear samples, clipped ones included, and across lost stretches', () => {
    const random = seeded(seed + 1)
    const samples = toInt16(medley(random).samples)
    const feed = (kernel: ToneKernel, from: number, to: number) =>
      (from >> 5) % 7 === 0 ? kernel.takeLost(to - from) : kernel.takeLinear(samples.subarray(from, to))
    expect(compare(feed, samples.length, anySize(random))).toBeGreaterThan(1_000)
  })

  it('fits a window of any length to the same bits, sums up the same of what was silent, and finds as much below it', () => {
    const random = seeded(seed + 4)
    const octets = medley(random).octets()
    const kernels = [openReferenceKernel(), new WasmKernel()] as const
    const fits = kernels.map(() => new Float64Array(8))
    const lows = [0, 0]
    for (let at = 0; at < octets.length; at += 160) {
      for (const [i, kernel] of kernels.entries()) {
        kernel.takeOctets(octets.subarray(at, at + 160), 'mulaw')
        const blockHops = 1 + ((at / 160) % 5)
        const first = Math.max(0, at / 16 + 10 - 3 * blockHops)
        kernel.sumUp(first, 3 * blockHops)
        kernel.fit(blockHops, first, fits[i]!)
        lows[i] = kernel.lowPower(Math.max(0, first))
      }
      expect(fits[1]).toEqual(fits[0])
      expect(lows[1]).toBe(lows[0])
    }
    kernels[1].release()
  })

  it('masks a voice between keys as the reference does, which passes over nothing', () => {
    const octets = medley(seeded(seed + 5)).octets()
    const open = (kernel: ToneKernel) =>
      createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' }, kernel)
    const channels = [open(openReferenceKernel()), open(new WasmKernel())]
    const outputs = channels.map(() => new Uint8Array(octets.length))
    for (const [i, channel] of channels.entries()) {
      channel.arm()
      for (let at = 0; at < octets.length; at += 160)
        channel.process(octets.subarray(at, at + 160), outputs[i]!.subarray(at, at + 160))
      channel.release()
    }
    expect(Buffer.compare(outputs[1]!, outputs[0]!)).toBe(0)
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
  // The compiler takes two seconds, and ten times that on a machine that is busy.
  it('is what its source compiles to', async () => {
    const committed = readFileSync(new URL('../../../src/dsp/kernel/kernel-wasm.ts', import.meta.url), 'utf8')
    expect(await buildKernel()).toBe(committed)
    expect(createHash('sha256').update(Buffer.from(kernelBase64, 'base64')).digest('hex')).toBe(kernelSha256)
  }, 120_000)
})
