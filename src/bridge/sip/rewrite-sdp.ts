import { isIPv6 } from 'node:net'
import { audioLine } from './audio-description.ts'
import { writeProfile } from './profile.ts'
import type { Sdp, SdpMedia } from './sdp.ts'
import type { Terms } from './srtp/call-keys.ts'
import { writeCryptoLine } from './srtp/sdes.ts'

export type RewriteOptions = {
  /** What the other party is told: the bridge's address, and the port that faces it. */
  readonly address: string
  readonly rtpPort: number
  readonly rtcpPort: number
  /** How the audio goes on that side; the party's own profile and keys stay on its own. */
  readonly terms: Terms
  readonly replaceOrigin: boolean
  readonly replaceSessionConnection: boolean
  /** Our id of the call, as a session attribute: so the edge can tell it to the agent's desktop. */
  readonly callId: string
}

/** Session attribute with our id of the call. */
export const callIdAttribute = 'a=x-tonewall-call'

/** Candidates, keys and multiplexing of the other side would open ways around the anchor. */
const waysAround =
  /^a=(candidate|end-of-candidates|ice-|remote-candidates|rtcp-mux|rtcp:|group:BUNDLE|crypto:|fingerprint:|setup:|msid|mid:|x-tonewall-call)/

/**
 * One party's description as the other gets it: the first audio goes to the bridge. Every other stream is switched
 * off (RFC 3264 §6: port 0), for nothing may flow beside the mask.
 */
export function rewriteSdp(sdp: Sdp, options: RewriteOptions): Sdp {
  const anchored = audioLine(sdp)
  const family = isIPv6(options.address) ? 'IP6' : 'IP4'
  const connection = `c=IN ${family} ${options.address}`
  // 0.0.0.0 is the old way to say "hold": the other side has to see it.
  const isHeld = (line: string) => line === 'c=IN IP4 0.0.0.0'
  const replaced = (line: string) => (line.startsWith('c=') && !isHeld(line) ? connection : line)
  const session = without(sdp.session).map((line) => {
    if (options.replaceOrigin && line.startsWith('o='))
      return line.replace(/ IN IP[46] \S+$/, ` IN ${family} ${options.address}`)
    return options.replaceSessionConnection ? replaced(line) : line
  })
  // Attributes come last in the session part (RFC 8866 §5).
  session.push(`${callIdAttribute}:${options.callId}`)
  return {
    session,
    media: sdp.media.map((media) => (media === anchored ? anchor(media) : switchedOff(media))),
  }

  function anchor(media: SdpMedia): SdpMedia {
    const lines = without(media.lines).map(replaced)
    // Said in the stream itself, so that it holds whatever the session says.
    const hasOwn = lines.some((line) => line.startsWith('c='))
    const inherited = sdp.session.some(isHeld) ? [] : [connection]
    const titled = lines.findIndex((line) => !line.startsWith('i='))
    const at = titled < 0 ? lines.length : titled
    return {
      ...media,
      port: options.rtpPort,
      protocol: writeProfile(options.terms.profile),
      lines: [
        ...lines.slice(0, at),
        ...(hasOwn ? [] : inherited),
        ...lines.slice(at),
        `a=rtcp:${options.rtcpPort}`,
        ...options.terms.lines.map(writeCryptoLine),
      ],
    }
  }
}

function switchedOff(media: SdpMedia): SdpMedia {
  return { ...media, port: 0, lines: [] }
}

function without(lines: readonly string[]): string[] {
  return lines.filter((line) => !waysAround.test(line))
}
