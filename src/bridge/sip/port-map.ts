import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Log } from '../../base/log.ts'
import { suites } from './srtp/suite.ts'

const Codec = z.strictObject({ payloadType: z.number().int(), name: z.string(), clockRate: z.number().int() })
const Source = z.strictObject({ address: z.string(), port: z.number().int() })

const StoredKeying = z.strictObject({
  suite: z.enum(suites),
  inline: z.string().length(40),
  mki: z.strictObject({ value: z.number().int(), octets: z.number().int() }).optional(),
})

const StoredSide = z.strictObject({
  port: z.number().int(),
  tags: z.array(z.string()),
  label: z.string().optional(),
  source: Source.optional(),
  peer: z
    .strictObject({
      theirs: z.strictObject({
        address: z.string(),
        port: z.number().int(),
        rtcpPort: z.number().int(),
        codecs: z.array(Codec),
        ptimeMs: z.number(),
        receives: z.boolean(),
        sends: z.boolean(),
      }),
      told: z.array(Codec),
      agreed: Codec.optional(),
      alsoFrom: z.string().optional(),
      keys: z.strictObject({ ours: StoredKeying, theirs: StoredKeying }).optional(),
      /** By source: how often its sequence number has wrapped. */
      rollovers: z.record(z.string(), z.number().int()).optional(),
    })
    .optional(),
})

/** A call as the next life of the process has to know it: signalling, ports, SRTP keys. Nothing of what was keyed is in it. */
export const StoredCall = z.strictObject({
  version: z.literal(1),
  callId: z.string(),
  ngCallId: z.string(),
  createdAt: z.number().int(),
  direction: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  law: z.enum(['mulaw', 'alaw']),
  answered: z.boolean(),
  sides: z.strictObject({ offerer: StoredSide, answerer: StoredSide }),
})
export type StoredCall = z.infer<typeof StoredCall>

/** The calls that go on, a file each, so that a bridge that died takes up their ports again. Mode 0600. */
export class PortMap {
  readonly #dir: string
  readonly #log: Log

  constructor(dir: string, log: Log) {
    this.#dir = dir
    this.#log = log
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  save(call: StoredCall): void {
    const file = this.#fileOf(call.callId)
    // Renamed into place: a process that dies in between leaves the older state, never half a file.
    writeFileSync(`${file}.new`, JSON.stringify(call), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }

  forget(callId: string): void {
    rmSync(this.#fileOf(callId), { force: true })
  }

  /** A file that cannot be read is a call that is lost, not a bridge that does not start. */
  load(): StoredCall[] {
    return readdirSync(this.#dir).flatMap((name) => {
      const file = path.join(this.#dir, name)
      try {
        if (name.endsWith('.json')) return [StoredCall.parse(JSON.parse(readFileSync(file, 'utf8')))]
      } catch (error) {
        this.#log.warn({ path: file, error }, 'a stored call cannot be read and is forgotten')
      }
      rmSync(file, { force: true })
      return []
    })
  }

  #fileOf(callId: string): string {
    return path.join(this.#dir, `${callId}.json`)
  }
}
