import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PromptManifest } from '../../../src/contracts/prompts.ts'
import { decodeG711 } from '../../../src/dsp/g711.ts'

const media = path.resolve(import.meta.dirname, '..', '..', '..', 'media', 'prompts')
/** Louder than this is sound: the silence of A-law is 8. */
export const quiet = 16

export type Known = { readonly ref: string; readonly samples: Int16Array }
type Place = { readonly known: Known; readonly offset: number }

/** Samples that make a place in a prompt known again, and how far such places are apart. */
const seed = 14
const stride = 40

/**
 * Where to lay the correlation on: places in prompts by a hash of their samples. A head that a busy machine has torn is
 * found again by what follows it.
 */
export class KnownPrompts {
  readonly all: readonly Known[]
  readonly #places = new Map<number, Place[]>()

  constructor(folders: readonly string[]) {
    this.all = loadPrompts(folders)
    for (const known of this.all) {
      for (let offset = 0; offset + seed <= known.samples.length; offset += stride) {
        const hash = hashAt(known.samples, offset)
        if (hash === undefined) continue
        const there = this.#places.get(hash)
        if (there) there.push({ known, offset })
        else this.#places.set(hash, [{ known, offset }])
      }
    }
  }

  at(pcm: Int16Array, position: number): readonly Place[] {
    const hash = position + seed <= pcm.length ? hashAt(pcm, position) : undefined
    return (hash === undefined ? undefined : this.#places.get(hash)) ?? []
  }
}

/** FNV-1a; undefined where it is too quiet to tell one place from another. */
function hashAt(samples: Int16Array, at: number): number | undefined {
  let hash = 0x811c9dc5
  let loud = 0
  for (let i = at; i < at + seed; i++) {
    const sample = samples[i]!
    if (Math.abs(sample) > 120) loud++
    hash = Math.imul(hash ^ (sample & 0xffff), 0x01000193)
  }
  return loud < seed / 2 ? undefined : hash >>> 0
}

/** The prompts of these folders of `media/prompts`, from their first sound on. */
export function loadPrompts(folders: readonly string[]): Known[] {
  return folders.flatMap((folder) => {
    const { prompts } = PromptManifest.parse(
      JSON.parse(readFileSync(path.join(media, folder, 'manifest.json'), 'utf8')),
    )
    const pack = readFileSync(path.join(media, folder, 'prompts.ulaw'))
    let at = 0
    return prompts.map(({ id, ms }) => {
      const octets = pack.subarray(at, at + ms * 8)
      at += octets.length
      const samples = new Int16Array(octets.length)
      decodeG711('mulaw', octets, samples)
      const from = samples.findIndex((sample) => Math.abs(sample) > quiet)
      const to = samples.findLastIndex((sample) => Math.abs(sample) > quiet) + 1
      return { ref: `${folder}/${id}`, samples: samples.subarray(from, to) }
    })
  })
}
