import { StateBuffer } from '../state-buffer.ts'
import { ReferenceKernel } from './reference-kernel.ts'
import type { ToneKernel } from './tone-kernel.ts'
import { WasmKernel, wasmKernelRuns } from './wasm-kernel.ts'

/** The fastest kernel that runs here: WebAssembly SIMD, or the reference where that is missing. */
export function openKernel(): ToneKernel {
  return wasmKernelRuns() ? new WasmKernel() : openReferenceKernel()
}

export function openReferenceKernel(): ToneKernel {
  return new ReferenceKernel(new StateBuffer(16_384))
}
