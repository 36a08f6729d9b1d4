import { parentPort } from 'node:worker_threads'
import { type MemoryFindings, searchMemory } from '../support/memory-search.ts'

export type SearchOrder = { readonly id: number; readonly pid: number; readonly digits: string }
export type SearchAnswer = { readonly id: number; readonly findings: MemoryFindings | null }

/** Searches in a thread of its own, so that the phones of the calls under way keep their pace. */
parentPort?.on('message', ({ id, pid, digits }: SearchOrder) => {
  let findings: MemoryFindings | null = null
  try {
    findings = searchMemory(pid, digits)
  } catch (error) {
    // The process has ended meanwhile: it holds nothing.
    if (!['ENOENT', 'ESRCH', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  parentPort?.postMessage({ id, findings } satisfies SearchAnswer)
})
