import type { ReceivedMail } from './sandbox-gateway-client.ts'

/** What the caller reads of the receipt. */
export type DemoReceipt = { readonly to: string; readonly subject: string; readonly text: string }

/** The plain-text part of an e-mail as our mailer writes it: multipart/alternative, quoted-printable or base64. */
export function readReceipt({ raw, to }: ReceivedMail): DemoReceipt {
  const subject = decodeWords(headerOf(raw, 'subject'))
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1]
  const parts = boundary === undefined ? [raw] : raw.split(`--${boundary}`)
  const plain = parts.find((part) => headerOf(part, 'content-type').startsWith('text/plain')) ?? ''
  const body = plain.slice(plain.indexOf('\r\n\r\n') + 4)
  const text = decode(body, headerOf(plain, 'content-transfer-encoding').toLowerCase())
  return { to: to[0] ?? '', subject, text: text.replaceAll('\r\n', '\n').trim() }
}

/** A header of the part, unfolded (RFC 5322 §2.2.3). */
function headerOf(part: string, name: string): string {
  const [head = ''] = part.trimStart().split('\r\n\r\n')
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ')
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(unfolded)?.[1]?.trim() ?? ''
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1').toString('utf8')
  return quoted(body.replace(/=\r\n/g, ''))
}

/** `=C2=A3` is the bytes of a pound sign (RFC 2045 §6.7). */
function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** `=?UTF-8?Q?…?=` in a header (RFC 2047). */
function decodeWords(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, body: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(body, 'base64').toString('utf8')
        : quoted(body.replaceAll('_', ' ')),
    )
}
