import { hopSamples } from '../goertzel.ts'
import type { G711Law } from '../tone-channel.ts'
import { bankPages, channelsOfBank, layout, writeTables } from './kernel-layout.ts'
import { kernelBase64 } from './kernel-wasm.ts'
import { fitFields, type KernelViews, ringHops, type ToneKernel } from './tone-kernel.ts'
import { type WebAssemblyApi, type WebAssemblyModule, webAssembly } from './web-assembly.ts'

type Exports = {
  takeOctets(base: number, length: number, law: number, gated: number): number
  takeLinear(base: number, length: number, gated: number): number
  takeLost(base: number, length: number): number
}

/** One WebAssembly memory and the channels in it. It never grows, so views of it stay good. */
class Bank {
  readonly exports: Exports
  readonly memory: ArrayBuffer
  readonly octets: Uint8Array
  readonly linear: Int16Array
  readonly free: number[] = Array.from({ length: channelsOfBank }, (_, channel) => channel)

  constructor(api: WebAssemblyApi, module: WebAssemblyModule) {
    const memory = new api.Memory({ initial: bankPages, maximum: bankPages })
    this.exports = new api.Instance(module, { env: { memory } }).exports as Exports
    this.memory = memory.buffer
    this.octets = new Uint8Array(this.memory, layout.input, 480)
    this.linear = new Int16Array(this.memory, layout.input, 480)
    writeTables(this.memory)
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
    this.views = {
      samples: new Int16Array(memory, base + channel.samples, ringHops * hopSamples),
      sums: new Float64Array(memory, base + channel.sums, ringHops * 16),
      energy: new Float64Array(memory, base + channel.energy, ringHops),
      fits: new Float64Array(memory, base + channel.fits, ringHops * fitFields),
      flags: new Uint8Array(memory, base + channel.flags, ringHops),
      bytes: new Uint8Array(memory, base, channel.bytes),
    }
  }

  takeOctets(octets: Uint8Array, law: G711Law, gated = false): number {
    const { exports, octets: input } = this.#bank
    input.set(octets)
    return exports.takeOctets(this.#base, octets.length, law === 'mulaw' ? 0 : 1, gated ? 1 : 0)
  }

  takeLinear(samples: Int16Array, gated = false): number {
    const { exports, linear } = this.#bank
    linear.set(samples)
    return exports.takeLinear(this.#base, samples.length, gated ? 1 : 0)
  }

  takeLost(samples: number): number {
    return this.#bank.exports.takeLost(this.#base, samples)
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.views.bytes.fill(0)
    // Input is shared by the bank's channels: the last frame of this one may still lie there.
    this.#bank.linear.fill(0)
    this.#bank.free.push(this.#channel)
    bankWithRoom = this.#bank
  }
}
