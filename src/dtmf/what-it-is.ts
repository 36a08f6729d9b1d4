import { isMp3 } from './mpeg-audio.ts'

/** Beginnings of things that are often mistaken for audio, or are audio that nobody here decodes. */
const beginnings: readonly { readonly magic: string; readonly name: string }[] = [
  { magic: 'ID3', name: 'MP3' },
  { magic: 'OggS', name: 'Ogg' },
  { magic: 'fLaC', name: 'FLAC' },
  { magic: '#!AMR', name: 'AMR' },
  { magic: 'FORM', name: 'AIFF' },
  { magic: '.snd', name: 'Sun .au' },
  { magic: 'caff', name: 'CAF' },
  { magic: '\x89PNG', name: 'a PNG picture' },
  { magic: '\xff\xd8\xff', name: 'a JPEG picture' },
  { magic: 'GIF8', name: 'a GIF picture' },
  { magic: '%PDF', name: 'a PDF document' },
  { magic: 'PK\x03\x04', name: 'a ZIP archive' },
  { magic: '\x1f\x8b\x08', name: 'a gzip archive' },
  { magic: '\xfd7zXZ', name: 'an xz archive' },
  { magic: '\x28\xb5\x2f\xfd', name: 'a Zstandard archive' },
  { magic: '\x7fELF', name: 'a program' },
  { magic: '\xd4\xc3\xb2\xa1', name: 'a packet capture' },
  { magic: '\xa1\xb2\xc3\xd4', name: 'a packet capture' },
  { magic: '\x0a\x0d\x0d\x0a', name: 'a packet capture' },
  { magic: 'SQLite format 3', name: 'a database' },
  { magic: '\x1a\x45\xdf\xa3', name: 'Matroska or WebM' },
]
const enoughForText = 32

/** A name for the beginning of something that is not samples; undefined when it may be. */
export function notSamples(head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, 16)
  const known = beginnings.find(({ magic }) => start.startsWith(magic))
  if (known) return known.name
  if (isMp3(head)) return 'MP3'
  if (start.slice(4, 8) === 'ftyp') return 'MP4 or M4A'
  return isText(head) ? 'text' : undefined
}

/** Samples of any codec are hardly ever well-formed UTF-8 without control characters, and mostly printable ASCII. */
function isText(head: Buffer): boolean {
  if (head.length < enoughForText) return false
  // The last character may be cut.
  const whole = head.subarray(0, head.length - 4)
  const printable = whole.filter(
    (octet) => octet === 9 || octet === 10 || octet === 13 || (octet >= 32 && octet < 127),
  )
  if (printable.length < 0.7 * whole.length) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return !head.includes(0)
  } catch {
    return false
  }
}
