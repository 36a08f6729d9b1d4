import { RecordRef } from '../contracts/connections.ts'

export type KnownKinds = {
  readonly recordKinds: readonly string[]
  readonly kindOfId?: (id: string) => string | undefined
}

/** Reads `Contact:0035g00000AbCdE`, or a bare id, whose kind is told by the id or is the first one known. */
export function readRecordRef(text: string, { recordKinds, kindOfId }: KnownKinds): RecordRef | undefined {
  const colon = text.indexOf(':')
  const named = colon > 0 ? text.slice(0, colon) : undefined
  const id = text.slice(colon > 0 ? colon + 1 : 0).trim()
  const kind = named
    ? recordKinds.find((known) => known.toLowerCase() === named.trim().toLowerCase())
    : (kindOfId?.(id) ?? recordKinds[0])
  return RecordRef.safeParse({ kind, id }).data
}

export function writeRecordRef({ kind, id }: RecordRef): string {
  return `${kind}:${id}`
}

export function sameRecord(a: RecordRef, b: RecordRef): boolean {
  return a.kind === b.kind && a.id === b.id
}
