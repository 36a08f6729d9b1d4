import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { SampleCodec } from './audio-format.ts'

/** What a recording without a header is likely to be, by its name. */
const byEnding: Readonly<Record<string, SampleCodec>> = {
  '.ulaw': 'ulaw',
  '.ul': 'ulaw',
  '.mulaw': 'ulaw',
  '.pcmu': 'ulaw',
  '.g711u': 'ulaw',
  '.alaw': 'alaw',
  '.al': 'alaw',
  '.pcma': 'alaw',
  '.g711a': 'alaw',
  '.raw': 's16le',
  '.pcm': 's16le',
  '.s16': 's16le',
  '.sw': 's16le',
  '.sln': 's16le',
  '.slin': 's16le',
}

export function codecByName(file: string): SampleCodec {
  return byEnding[path.extname(file).toLowerCase()] ?? 's16le'
}

/** Files as they were named; of folders, all recordings beneath, in the order of their names. Throws Node's errors. */
export function* recordingsOf(names: readonly string[]): Generator<string> {
  for (const name of names) {
    // What is not there is left to whoever opens it, who will say so.
    if (name === '-' || !statSync(name, { throwIfNoEntry: false })?.isDirectory()) {
      yield name
      continue
    }
    for (const entry of readdirSync(name, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const inside = path.join(name, entry.name)
      const ending = path.extname(entry.name).toLowerCase()
      if (entry.isDirectory()) yield* recordingsOf([inside])
      else if (entry.isFile() && (ending === '.wav' || ending in byEnding)) yield inside
    }
  }
}
