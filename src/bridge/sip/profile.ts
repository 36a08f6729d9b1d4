import { SdpInvalid } from './sdp.ts'

/** A profile of RTP that is anchored: encrypted or not (RFC 3711), with early feedback or not (RFC 4585, RFC 5124). */
export type Profile = { readonly secure: boolean; readonly feedback: boolean }

/** Throws SdpInvalid for one that is not: keys by DTLS, other transports. */
export function readProfile(protocol: string): Profile {
  const match = /^RTP\/(S?)AVP(F?)$/.exec(protocol)
  if (!match) throw new SdpInvalid(`audio over ${printable(protocol)} is not anchored`)
  return { secure: match[1] !== '', feedback: match[2] !== '' }
}

export function writeProfile({ secure, feedback }: Profile): string {
  return `RTP/${secure ? 'S' : ''}AVP${feedback ? 'F' : ''}`
}

/** A text of theirs that may stand in an error. */
function printable(protocol: string): string {
  return /^[A-Z/]{1,24}$/.test(protocol) ? protocol : 'this profile'
}
