import { hopSamples } from '../goertzel.ts'
import type { G711Law } from '../tone-channel.ts'
import { bankPages, channelsOfBank, layout, writeTables } from './kernel-layout.ts'
import { kernelBase64 } from './kernel-wasm.ts'
import { capSamples, fitFields, type KernelViews, ringHops, type ToneKernel } from './tone-kernel.ts'
import { type WebAssemblyApi, type WebAssemblyModule, webAssembly } from './web-assembly.ts'

type Exports = {
  takeOctets(base: number, length: number, law: number, gated: number): number
  takeLinear(base: number, length: number, gated: number): number
  takeLost(base: number, length: number): number
  takeOffers(count: number): void
  fitWindow(base: number, hops: number, first: number): void
  restHops(base: number, first: number, most: number): number
  calmHops(base: number, first: number, most: number, prior: number): number
  sumUp(base: number, first: number, hops: number): void
  lowPower(base: number, first: number): number
}
/** Words of an offer: base, length, law + 2 when gated, hops found. */
const offerWords = 4

/** One WebAssembly memory and the channels in it. It never grows, so views of it stay good. */
class Bank {
  readonly exports: Exports
  readonly memory: ArrayBuffer
  readonly #offers: Int32Array
  /** Frames that are offered and not taken in yet; at most one of each channel. */
  #offered = 0
  #limits: Float64Array | undefined
  readonly free: number[] = Array.from({ length: channelsOfBank }, (_, channel) => channel)

  constructor(api: WebAssemblyApi, module: WebAssemblyModule) {
    const memory = new api.Memory({ initial: bankPages, maximum: bankPages })
    // A module's own object of exports is a slow one to look things up in.
    this.exports = { ...new api.Instance(module, { env: { memory } }).exports } as Exports
    this.memory = memory.buffer
    this.#offers = new Int32Array(this.memory, layout.offers, offerWords * channelsOfBank)
    writeTables(this.memory)
  }

  /** Nearly always those that were written before. */
  limit(limits: Float64Array): void {
    if (limits === this.#limits) return
    new Float64Array(this.memory, layout.limits, limits.length).set(limits)
    this.#limits = limits
  }

  /** Returns the place of the offer, to ask for what was found. */
  offer(base: number, length: number, flags: number): number {
    const at = offerWords * this.#offered++
    this.#offers[at] = base
    this.#offers[at + 1] = length
    this.#offers[at + 2] = flags
    return at
  }

  takeOffers(): void {
    if (this.#offered === 0) return
    this.exports.takeOffers(this.#offered)
    this.#offered = 0
  }

  found(at: number): number {
    return this.#offers[at + 3]!
  }
}

let module: WebAssemblyModule | undefined
/** The bank with room. A full one is kept alive by its channels only, and comes back when one is released. */
let bankWithRoom: Bank | undefined

/** False where WebAssembly or its SIMD instructions are missing. */
export function wasmKernelRuns(): boolean {
  if (module) return true
  if (!webAssembly) return false
  try {
    const bytes = Uint8Array.from(atob(kernelBase64), (character) => character.charCodeAt(0))
    if (!webAssembly.validate(bytes)) return false
    module = new webAssembly.Module(bytes)
    return true
  } catch {
    return false
  }
}

/** The kernel in WebAssembly SIMD. To be opened only where `wasmKernelRuns`. */
export class WasmKernel implements ToneKernel {
  readonly views: KernelViews
  readonly #bank: Bank
  readonly #channel: number
  readonly #base: number
  readonly #octets: Uint8Array
  readonly #linear: Int16Array
  readonly #fitted: Float64Array
  /** Place of this channel's offer. */
  #offer = 0
  #released = false

  constructor() {
    if (!wasmKernelRuns() || !webAssembly || !module) throw new Error('WebAssembly SIMD is missing')
    if (!bankWithRoom || bankWithRoom.free.length === 0) bankWithRoom = new Bank(webAssembly, module)
    this.#bank = bankWithRoom
    this.#channel = bankWithRoom.free.pop()!
    const { memory } = this.#bank
    const { channel } = layout
    const base = layout.channels + this.#channel * channel.bytes
    this.#base = base
    this.#octets = new Uint8Array(memory, base + channel.input, capSamples)
    this.#linear = new Int16Array(memory, base + channel.input, capSamples)
    this.#fitted = new Float64Array(memory, base + channel.fitted, fitFields)
    this.views = {
      samples: new Int16Array(memory, base + channel.samples, ringHops * hopSamples),
      sums: new Float64Array(memory, base + channel.sums, ringHops * 16),
      energy: new Float64Array(memory, base + channel.energy, ringHops),
      fits: new Float64Array(memory, base + channel.fits, ringHops * fitFields),
      flags: new Uint8Array(memory, base + channel.flags, ringHops),
      level: new Float64Array(memory, base + channel.level, 1),
      bytes: new Uint8Array(memory, base, channel.bytes),
    }
  }

  takeOctets(octets: Uint8Array, law: G711Law, gated = false): number {
    this.#octets.set(octets)
    return this.#bank.exports.takeOctets(this.#base, octets.length, law === 'mulaw' ? 0 : 1, gated ? 1 : 0)
  }

  offerOctets(octets: Uint8Array, law: G711Law, gated = false): void {
    this.#octets.set(octets)
    const flags = (law === 'mulaw' ? 0 : 1) + (gated ? 2 : 0)
    this.#offer = this.#bank.offer(this.#base, octets.length, flags)
  }

  takeOffered(): number {
    this.#bank.takeOffers()
    return this.#bank.found(this.#offer)
  }

  takeLinear(samples: Int16Array, gated = false): number {
    this.#linear.set(samples)
    return this.#bank.exports.takeLinear(this.#base, samples.length, gated ? 1 : 0)
  }

  takeLost(samples: number): number {
    return this.#bank.exports.takeLost(this.#base, samples)
  }

  calmHops(limits: Float64Array, prior: number, first: number, most: number): number {
    this.#bank.limit(limits)
    return this.#bank.exports.calmHops(this.#base, first, most, prior)
  }

  restHops(limits: Float64Array, first: number, most: number): number {
    this.#bank.limit(limits)
    return this.#bank.exports.restHops(this.#base, first, most)
  }

  fit(blockHops: number, first: number, fit: Float64Array): void {
    this.#bank.exports.fitWindow(this.#base, blockHops, first)
    const fitted = this.#fitted
    for (let i = 0; i < fitFields; i++) fit[i] = fitted[i]!
  }

  sumUp(first: number, hops: number): void {
    this.#bank.exports.sumUp(this.#base, first, hops)
  }

  lowPower(first: number): number {
    return this.#bank.exports.lowPower(this.#base, first)
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#bank.takeOffers()
    this.views.bytes.fill(0)
    this.#bank.free.push(this.#channel)
    bankWithRoom = this.#bank
  }
}
