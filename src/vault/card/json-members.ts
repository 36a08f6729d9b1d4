/** Where a value lies in JSON text: a string without its quotes, anything else whole. */
export type Span = { readonly from: number; readonly to: number; readonly quoted: boolean }

const quote = 0x22
const backslash = 0x5c

/**
 * The members with these names of the JSON object that the bytes are, found byte by byte: no text is made of anything.
 * Undefined when the bytes are no object, or one of the names comes twice. Names with escapes in them are other names.
 */
export function membersOf<Name extends string>(
  body: Buffer,
  names: readonly Name[],
): Map<Name, Span> | undefined {
  const spans = new Map<Name, Span>()
  let at = skipSpace(body, 0)
  if (body[at] !== 0x7b) return undefined
  at = skipSpace(body, at + 1)
  if (body[at] === 0x7d) return isBlank(body, at + 1) ? spans : undefined
  for (;;) {
    if (body[at] !== quote) return undefined
    const nameEnd = stringEnd(body, at)
    const colon = skipSpace(body, nameEnd)
    if (nameEnd === 0 || body[colon] !== 0x3a) return undefined
    const from = skipSpace(body, colon + 1)
    const end = valueEnd(body, from)
    if (end === 0) return undefined
    const name = names.find((one) => isName(body, { from: at + 1, to: nameEnd - 1 }, one))
    if (name !== undefined) {
      if (spans.has(name)) return undefined
      const quoted = body[from] === quote
      spans.set(name, quoted ? { from: from + 1, to: end - 1, quoted } : { from, to: end, quoted })
    }
    at = skipSpace(body, end)
    if (body[at] === 0x7d) return isBlank(body, at + 1) ? spans : undefined
    if (body[at] !== 0x2c) return undefined
    at = skipSpace(body, at + 1)
  }
}

function isBlank(body: Buffer, from: number): boolean {
  return skipSpace(body, from) === body.length
}

function isName(body: Buffer, { from, to }: { from: number; to: number }, name: string): boolean {
  if (to - from !== name.length) return false
  for (let i = 0; i < name.length; i++) if (body[from + i] !== name.charCodeAt(i)) return false
  return true
}

/** After the closing quote; 0 when there is none. */
function stringEnd(body: Buffer, at: number): number {
  for (let i = at + 1; i < body.length; i++) {
    if (body[i] === backslash) i++
    else if (body[i] === quote) return i + 1
  }
  return 0
}

/** After the value, whatever it is; 0 when it does not end. */
function valueEnd(body: Buffer, from: number): number {
  const first = body[from]
  if (first === quote) return stringEnd(body, from)
  if (first !== 0x7b && first !== 0x5b) {
    let at = from
    while (
      at < body.length &&
      body[at] !== 0x2c &&
      body[at] !== 0x7d &&
      body[at] !== 0x5d &&
      !isSpace(body[at])
    )
      at++
    return at > from && at < body.length ? at : 0
  }
  let depth = 0
  for (let at = from; at < body.length; at++) {
    const byte = body[at]
    if (byte === quote) {
      at = stringEnd(body, at) - 1
      if (at < 0) return 0
    } else if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) {
      depth--
      if (depth === 0) return at + 1
    }
  }
  return 0
}

function skipSpace(body: Buffer, from: number): number {
  let at = from
  while (isSpace(body[at])) at++
  return at
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}
