/** A session description (RFC 8866), kept line by line so that what is not understood passes unchanged. */
export type Sdp = { readonly session: readonly string[]; readonly media: readonly SdpMedia[] }

export type SdpMedia = {
  readonly kind: string
  /** 0: the stream is refused or switched off. */
  readonly port: number
  readonly protocol: string
  readonly formats: readonly string[]
  /** Everything after the `m=` line. */
  readonly lines: readonly string[]
}

/** A description that cannot be read; the message says what of it, and quotes nothing. */
export class SdpInvalid extends Error {}

const mostLines = 1_000
const mostMedia = 16

/** Throws SdpInvalid. Lines may end in CRLF or LF. */
export function parseSdp(text: string): Sdp {
  const lines = text.split(/\r\n|\n/)
  while (lines.at(-1) === '') lines.pop()
  if (lines[0] !== 'v=0') throw new SdpInvalid('does not begin with v=0')
  if (lines.length > mostLines) throw new SdpInvalid('too many lines')
  const session: string[] = []
  const media: (Omit<SdpMedia, 'lines'> & { lines: string[] })[] = []
  for (const line of lines) {
    if (!/^[a-zA-Z]=/.test(line)) throw new SdpInvalid('a line is not of the form x=value')
    if (line.startsWith('m=')) media.push({ ...parseMediaLine(line), lines: [] })
    else (media.at(-1)?.lines ?? session).push(line)
  }
  if (media.length > mostMedia) throw new SdpInvalid('too many media lines')
  if (!session.some((line) => line.startsWith('o='))) throw new SdpInvalid('has no o= line')
  return { session, media }
}

export function writeSdp({ session, media }: Sdp): string {
  const described = media.flatMap(({ kind, port, protocol, formats, lines }) => [
    `m=${kind} ${port} ${protocol} ${formats.join(' ')}`,
    ...lines,
  ])
  return `${[...session, ...described].join('\r\n')}\r\n`
}

function parseMediaLine(line: string): Omit<SdpMedia, 'lines'> {
  const match = /^m=([a-z]+) (\d{1,5})(?:\/\d+)? (\S+)((?: \S+)+) *$/i.exec(line)
  const port = Number(match?.[2])
  if (!match || port > 65_535) throw new SdpInvalid('an m= line cannot be read')
  return { kind: match[1]!, port, protocol: match[3]!, formats: match[4]!.trim().split(' ') }
}

/** The value of the first `a=name:value` line, or of `a=name` (an empty text); undefined when there is none. */
export function attribute(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((candidate) => candidate === `a=${name}` || candidate.startsWith(`a=${name}:`))
  return line?.slice(name.length + 3)
}
