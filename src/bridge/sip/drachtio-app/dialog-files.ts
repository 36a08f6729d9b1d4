import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { newId } from '../../../base/ids.ts'
import type { Log } from '../../../base/log.ts'

const StoredDialogs = z.strictObject({
  version: z.literal(1),
  /** SIP Call-ID of the caller's leg: the name of the call at the media anchor. */
  callId: z.string(),
  fromTag: z.string(),
  /** How the drachtio server names the dialogs. */
  dialogIds: z.array(z.string()),
})
export type StoredDialogs = Omit<z.infer<typeof StoredDialogs>, 'version'>

/**
 * Which dialogs the drachtio server holds for us: a file a call, so that the next life of this process ends what this
 * one left behind. Nothing of what was keyed or said is in it.
 */
export class DialogFiles {
  readonly #dir: string
  readonly #log: Log
  readonly #names = new Map<string, string>()

  constructor(dir: string, log: Log) {
    this.#dir = dir
    this.#log = log
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  save(stored: StoredDialogs, nowMs: number): void {
    const name = this.#names.get(stored.callId) ?? `${newId('leg', nowMs)}.json`
    this.#names.set(stored.callId, name)
    try {
      const file = path.join(this.#dir, name)
      writeFileSync(`${file}.new`, JSON.stringify({ version: 1, ...stored }), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    } catch (error) {
      this.#log.error({ error }, 'the dialogs of a call could not be stored')
    }
  }

  /** All that is there; what cannot be read is removed. */
  load(): StoredDialogs[] {
    return readdirSync(this.#dir).flatMap((name) => {
      const file = path.join(this.#dir, name)
      try {
        const { version: _, ...stored } = StoredDialogs.parse(JSON.parse(readFileSync(file, 'utf8')))
        this.#names.set(stored.callId, name)
        return [stored]
      } catch (error) {
        this.#log.warn({ error }, 'a file of dialogs could not be read, and is removed')
        rmSync(file, { force: true })
        return []
      }
    })
  }

  forget(callId: string): void {
    const name = this.#names.get(callId)
    this.#names.delete(callId)
    if (name !== undefined) rmSync(path.join(this.#dir, name), { force: true })
  }
}
