import { isIP } from 'node:net'
import { attribute, type Sdp, SdpInvalid, type SdpMedia } from './sdp.ts'

/** A payload format that a party says it takes (RFC 3551 for the numbers below 96). */
export type Codec = { readonly payloadType: number; readonly name: string; readonly clockRate: number }

/** Where one party wants its audio, and how. */
export type AudioDescription = {
  readonly address: string
  readonly port: number
  readonly rtcpPort: number
  readonly codecs: readonly Codec[]
  /** Length of the packets that it wants, in ms: 10 to 60. */
  readonly ptimeMs: number
  /** False on hold: `sendonly`, `inactive` or the old 0.0.0.0 (RFC 3264 §8.4). */
  readonly receives: boolean
  readonly sends: boolean
}

const usualPtimeMs = 20
const staticCodecs: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  3: 'GSM/8000',
  4: 'G723/8000',
  8: 'PCMA/8000',
  9: 'G722/8000',
  13: 'CN/8000',
  18: 'G729/8000',
}

/** The media line that the bridge anchors: the first audio that is switched on. Undefined when there is none. */
export function audioLine({ media }: Sdp): SdpMedia | undefined {
  return media.find(({ kind, port }) => kind === 'audio' && port !== 0)
}

/** Throws SdpInvalid. */
export function describeAudio(sdp: Sdp, media: SdpMedia): AudioDescription {
  const address = connectionOf(media.lines) ?? connectionOf(sdp.session)
  if (address === undefined) throw new SdpInvalid('has no c= line with an IP address')
  const direction = directionOf(media.lines) ?? directionOf(sdp.session) ?? 'sendrecv'
  const isHeldTheOldWay = address === '0.0.0.0'
  const rtcpPort = Number.parseInt(attribute(media.lines, 'rtcp') ?? '', 10)
  return {
    address,
    port: media.port,
    rtcpPort: rtcpPort > 0 && rtcpPort <= 65_535 ? rtcpPort : Math.min(65_535, media.port + 1),
    codecs: media.formats.flatMap((format) => codecOf(format, media.lines)),
    ptimeMs: ptimeOf(media.lines),
    receives: !isHeldTheOldWay && (direction === 'sendrecv' || direction === 'recvonly'),
    sends: direction === 'sendrecv' || direction === 'sendonly',
  }
}

function connectionOf(lines: readonly string[]): string | undefined {
  const line = lines.find((candidate) => candidate.startsWith('c='))
  const match = line === undefined ? null : /^c=IN IP[46] ([^\s/]+)/.exec(line)
  return match && isIP(match[1]!) !== 0 ? match[1] : undefined
}

function directionOf(lines: readonly string[]): string | undefined {
  return ['sendrecv', 'sendonly', 'recvonly', 'inactive'].find((name) => lines.includes(`a=${name}`))
}

function ptimeOf(lines: readonly string[]): number {
  const wantedMs = Number.parseInt(attribute(lines, 'ptime') ?? '', 10)
  if (!(wantedMs > 0)) return usualPtimeMs
  return Math.min(60, Math.max(10, Math.round(wantedMs / 10) * 10))
}

function codecOf(format: string, lines: readonly string[]): Codec[] {
  const payloadType = Number(format)
  if (!Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) return []
  const mapped = lines.map((line) => /^a=rtpmap:(\d+) ([^/\s]+)\/(\d+)/.exec(line))
  const own = mapped.find((match) => Number(match?.[1]) === payloadType)
  const [name, rate] = own ? [own[2]!, own[3]!] : (staticCodecs[payloadType]?.split('/') ?? [])
  if (name === undefined || rate === undefined) return []
  return [{ payloadType, name: name.toUpperCase(), clockRate: Number(rate) }]
}
