/** What rtpengine's NG protocol is written in (BEP 3): dictionaries with sorted keys, lists, integers and strings. */
export type Bencoded = string | number | readonly Bencoded[] | { readonly [key: string]: Bencoded }

export function bencode(value: Bencoded): string {
  if (typeof value === 'string') return `${Buffer.byteLength(value)}:${value}`
  if (typeof value === 'number') return `i${value}e`
  if (Array.isArray(value)) return `l${value.map(bencode).join('')}e`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `d${entries.map(([key, entry]) => bencode(key) + bencode(entry)).join('')}e`
}

/** Reads an answer of our own daemon. */
export function bdecode(text: string): Bencoded {
  let at = 0
  const next = (): Bencoded => {
    const mark = text[at]!
    if (mark === 'i') {
      const end = text.indexOf('e', at)
      const value = Number(text.slice(at + 1, end))
      at = end + 1
      return value
    }
    if (mark === 'l' || mark === 'd') {
      at++
      const items: Bencoded[] = []
      while (text[at] !== 'e') items.push(next())
      at++
      if (mark === 'l') return items
      const pairs = items.flatMap((key, i) => (i % 2 === 0 ? [[String(key), items[i + 1]!] as const] : []))
      return Object.fromEntries(pairs)
    }
    const colon = text.indexOf(':', at)
    const length = Number(text.slice(at, colon))
    at = colon + 1 + length
    return text.slice(colon + 1, at)
  }
  return next()
}
