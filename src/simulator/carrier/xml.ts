import { AppError } from '../../base/errors.ts'

/** Text that is not a well-formed XML document of the small kind that TwiML is. */
export class MalformedXml extends AppError {
  readonly code = 'SIMULATOR_MALFORMED_XML'
  readonly remedy = 'fix-request'
}

export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The element's own text, without that of its children. */
  readonly text: string
}

type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }

const declaration = /^<\?[\s\S]*?\?>|^<!--[\s\S]*?-->/
const cdata = /^<!\[CDATA\[([\s\S]*?)\]\]>/
const closing = /^<\/([\w:.-]+)\s*>/
const opening = /^<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/
const attribute = /([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g
const longestDocument = 65_536

/** Reads XML 1.0 without document types, namespaces and custom entities. Throws MalformedXml. */
export function parseXml(source: string): XmlElement {
  if (source.length > longestDocument) throw new MalformedXml('the document is longer than 64 KiB')
  const root: Open = { name: '', attributes: {}, children: [], text: '' }
  const open: Open[] = [root]
  let rest = source.replace(/^\uFEFF/, '')
  while (rest !== '') {
    const length = readOne(rest, open)
    if (length === 0) throw new MalformedXml('the document is not well-formed XML')
    rest = rest.slice(length)
  }
  const [document, ...others] = root.children
  if (open.length > 1 || !document || others.length > 0 || root.text.trim() !== '')
    throw new MalformedXml('the document is not one complete element')
  return document
}

/** Reads one piece of markup or text into the innermost open element. Returns its length; 0 when it is neither. */
function readOne(rest: string, open: Open[]): number {
  const inner = open[open.length - 1]!
  if (!rest.startsWith('<')) {
    const end = rest.indexOf('<')
    const text = end === -1 ? rest : rest.slice(0, end)
    inner.text += decode(text)
    return text.length
  }
  const skipped = declaration.exec(rest)
  if (skipped) return skipped[0].length
  const raw = cdata.exec(rest)
  if (raw) {
    inner.text += raw[1]
    return raw[0].length
  }
  const close = closing.exec(rest)
  if (close) {
    if (open.length === 1 || close[1] !== inner.name) return 0
    open.pop()
    return close[0].length
  }
  const start = opening.exec(rest)
  if (!start) return 0
  const element: Open = { name: start[1]!, attributes: attributesOf(start[2]!), children: [], text: '' }
  inner.children.push(element)
  if (start[3] !== '/') open.push(element)
  return start[0].length
}

function attributesOf(source: string): Record<string, string> {
  const found = [...source.matchAll(attribute)]
  return Object.fromEntries(found.map(([, name, double, single]) => [name, decode(double ?? single ?? '')]))
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, entity: string) => {
    const character = named[entity] ?? numbered(entity)
    if (character === undefined || !whole.endsWith(';')) throw new MalformedXml('an entity is unknown')
    return character
  })
}

function numbered(entity: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity) ?? []
  const codePoint = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : Number.NaN
  return codePoint > 0 && codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined
}
