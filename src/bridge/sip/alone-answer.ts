import { isIPv6 } from 'node:net'
import { type AudioDescription, audioLine, type Codec } from './audio-description.ts'
import { writeProfile } from './profile.ts'
import { callIdAttribute } from './rewrite-sdp.ts'
import type { Sdp } from './sdp.ts'
import type { Terms } from './srtp/call-keys.ts'
import { writeCryptoLine } from './srtp/sdes.ts'

export type AloneTerms = {
  /** As it was offered. */
  readonly audio: AudioDescription
  /** Of its codecs, what we take. */
  readonly told: readonly Codec[]
  /** In the clear or encrypted, as it was offered. */
  readonly terms: Terms
}

export type AloneAnswerOptions = AloneTerms & {
  readonly offer: Sdp
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
  readonly callId: string
}

/** The answer to a party that nobody is joined with yet: the anchor's own, stream by stream as the offer (RFC 3264 §6). */
export function aloneAnswer(options: AloneAnswerOptions): Sdp {
  const { offer, audio, told, terms, address, rtpPort, rtcpPort, callId } = options
  const family = isIPv6(address) ? 'IP6' : 'IP4'
  const anchored = audioLine(offer)
  const formats = told.map(({ payloadType }) => String(payloadType))
  const mapped = told.flatMap(({ payloadType, name, clockRate }) => [
    `a=rtpmap:${payloadType} ${name === 'TELEPHONE-EVENT' ? 'telephone-event' : name}/${clockRate}`,
    ...(name === 'TELEPHONE-EVENT' ? [`a=fmtp:${payloadType} 0-15`] : []),
  ])
  return {
    session: [
      ...['v=0', `o=- 0 0 IN ${family} ${address}`, 's=-', `c=IN ${family} ${address}`, 't=0 0'],
      `${callIdAttribute}:${callId}`,
    ],
    media: offer.media.map((media) =>
      media === anchored
        ? {
            ...media,
            ...{ port: rtpPort, formats, protocol: writeProfile(terms.profile) },
            lines: [
              ...[...mapped, `a=ptime:${audio.ptimeMs}`, `a=rtcp:${rtcpPort}`, `a=${mirrored(audio)}`],
              ...terms.lines.map(writeCryptoLine),
            ],
          }
        : { ...media, port: 0, lines: [] },
    ),
  }
}

/** What is answered to a direction (RFC 3264 §6.1). */
function mirrored({ sends, receives }: AudioDescription): string {
  if (sends && receives) return 'sendrecv'
  if (sends) return 'recvonly'
  return receives ? 'sendonly' : 'inactive'
}
