import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { codeOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { PromptManifest, type PromptRef } from '../../contracts/prompts.ts'
import { PromptUnknown } from '../bridge-errors.ts'
import { readOverride } from './override-file.ts'

const octetsPerMs = 8
const silence = 0xff

export type PromptLibraryOptions = {
  /** `media/prompts` of the package. */
  readonly folder: string
  /** The merchant's own recordings, `<locale>/<id>.wav`; null: none. */
  readonly overrides: string | null
  readonly log: Log
}

type Override = { readonly changedMs: number; readonly octets: Uint8Array | undefined }

/** What can be played, as G.711 mu-law at 8 kHz. */
export class PromptLibrary {
  readonly #options: PromptLibraryOptions
  readonly #folders = new Map<string, ReadonlyMap<string, Uint8Array>>()
  readonly #overrides = new Map<PromptRef, Override>()

  constructor(options: PromptLibraryOptions) {
    this.#options = options
  }

  /** A recording that was dropped in or changed is heard from its next playing on. Throws PromptUnknown. */
  get(ref: PromptRef): Uint8Array {
    const [folder, id] = ref.split('/') as [string, string]
    if (folder === 'pause') return new Uint8Array(Number(id) * octetsPerMs).fill(silence)
    const octets = this.#override(ref) ?? this.#packed(folder).get(id)
    if (!octets) throw new PromptUnknown(ref)
    return octets
  }

  /** A file that cannot be used is passed over, once said: a caller hears the synthetic voice, not nothing. */
  #override(ref: PromptRef): Uint8Array | undefined {
    const { overrides, log } = this.#options
    if (overrides === null) return undefined
    const file = path.join(overrides, `${ref}.wav`)
    const changedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs
    if (changedMs === undefined) return undefined
    const known = this.#overrides.get(ref)
    if (known?.changedMs === changedMs) return known.octets
    let octets: Uint8Array | undefined
    try {
      octets = readOverride(readFileSync(file), ref)
    } catch (error) {
      log.error({ target: ref, error }, 'a recording of a prompt cannot be used')
    }
    this.#overrides.set(ref, { changedMs, octets })
    return octets
  }

  #packed(folder: string): ReadonlyMap<string, Uint8Array> {
    const known = this.#folders.get(folder)
    if (known) return known
    const prompts = this.#read(path.join(this.#options.folder, folder))
    this.#folders.set(folder, prompts)
    return prompts
  }

  #read(folder: string): ReadonlyMap<string, Uint8Array> {
    try {
      const manifest = PromptManifest.parse(
        JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')),
      )
      const pack = readFileSync(path.join(folder, 'prompts.ulaw'))
      let at = 0
      return new Map(
        manifest.prompts.map(({ id, ms }) => {
          const octets = pack.subarray(at, at + ms * octetsPerMs)
          at += octets.length
          return [id, octets]
        }),
      )
    } catch (error) {
      this.#options.log.error(
        { target: path.basename(folder), code: codeOf(error), error },
        'prompts cannot be read',
      )
      return new Map()
    }
  }
}
