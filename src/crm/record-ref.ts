import { z } from 'zod'

/** A record of a CRM or an invoice of the books: its kind in their words, and their id. */
export const RecordRef = z.strictObject({
  kind: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a kind of record, such as Contact'),
  id: z.string().regex(/^[\w.\-/ #]{1,64}$/, 'an id: at most 64 letters, digits and . - _ / #'),
})
export type RecordRef = z.infer<typeof RecordRef>

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
