import { StateBuffer } from '../state-buffer.ts'
import { ReferenceKernel } from './reference-kernel.ts'
import type { ToneKernel } from './tone-kernel.ts'

/** The fastest kernel that runs here. */
export function openKernel(): ToneKernel {
  return openReferenceKernel()
}

export function openReferenceKernel(): ToneKernel {
  return new ReferenceKernel(new StateBuffer(16_384))
}
