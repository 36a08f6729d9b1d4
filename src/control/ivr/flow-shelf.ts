import { statSync } from 'node:fs'
import path from 'node:path'
import type { Log } from '../../base/log.ts'
import type { Flow } from '../../ivr/flow.ts'
import { readFlow } from './read-flow.ts'

type Kept = { readonly changedMs: number; readonly flow: Flow | undefined }

/**
 * The flows of `ivr.flowsDir`, each read again when its file has changed: a call that goes on keeps the flow it began with.
 * A file that cannot be used leaves the last good one in force.
 */
export class FlowShelf {
  readonly #folder: string
  readonly #log: Log
  readonly #kept = new Map<string, Kept>()

  constructor({ folder, log }: { readonly folder: string; readonly log: Log }) {
    this.#folder = folder
    this.#log = log
  }

  /** Undefined when there is no such flow that could ever be read. */
  get(name: string): Flow | undefined {
    if (!/^[a-z0-9-]{1,40}$/.test(name)) return undefined
    const file = path.join(this.#folder, `${name}.yaml`)
    const changedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const kept = this.#kept.get(name)
    if (kept?.changedMs === changedMs) return kept.flow
    let flow = kept?.flow
    try {
      flow = readFlow(file)
      this.#log.info({ name }, 'flow read')
    } catch (error) {
      this.#log.error({ name, error, path: file }, 'flow cannot be used: see tonewall flow explain')
    }
    this.#kept.set(name, { changedMs, flow })
    return flow
  }
}
