import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { AppError, codeOf } from '../base/errors.ts'
import { readWav } from './wav.ts'

/** The folder of canned speech is not there, or is not what its manifest says. */
export class MediaUnusable extends AppError {
  readonly code = 'SIMULATOR_MEDIA_UNUSABLE'
  readonly remedy = 'fix-request'
}

/** `manifest.json` beside the WAV files: mu-law, 8 kHz, mono, `<id>.wav`. */
export const SpeechManifest = z.strictObject({
  about: z.string(),
  speech: z
    .array(
      z.strictObject({
        id: z.string().regex(/^(agent|caller)-[a-z0-9-]{1,40}$/),
        text: z.string(),
        ms: z.number().int().positive(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
})
export type SpeechManifest = z.infer<typeof SpeechManifest>

/** Canned speech by its id, as mu-law octets. */
export type MediaLibrary = ReadonlyMap<string, Buffer>

/** Reads the folder that holds `manifest.json`, and checks every file against it. Throws MediaUnusable. */
export async function loadMediaLibrary(folder: string): Promise<MediaLibrary> {
  try {
    const manifest = SpeechManifest.parse(
      JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')),
    )
    const files = manifest.speech.map(async ({ id, sha256 }) => {
      const file = await readFile(path.join(folder, `${id}.wav`))
      if (createHash('sha256').update(file).digest('hex') !== sha256)
        throw new MediaUnusable(`${id}.wav is not the file that manifest.json names`)
      const wav = readWav(file)
      if (wav.encoding !== 'mulaw') throw new MediaUnusable(`${id}.wav is not mu-law`)
      return [id, Buffer.from(wav.octets)] as const
    })
    return new Map(await Promise.all(files))
  } catch (error) {
    if (error instanceof MediaUnusable) throw error
    throw new MediaUnusable(`the folder of canned speech cannot be used (${codeOf(error)}): ${folder}`)
  }
}
