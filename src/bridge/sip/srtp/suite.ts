/** The suites of RFC 4568 §6.2 that are spoken, best first: AES-128 in counter mode with HMAC-SHA1. */
export const suites = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const
export type Suite = (typeof suites)[number]

/** Octets of the authentication tag on RTP; SRTCP has ten in both suites (RFC 4568 §6.2.2). */
export const rtpTagOctets: Readonly<Record<Suite, number>> = {
  AES_CM_128_HMAC_SHA1_80: 10,
  AES_CM_128_HMAC_SHA1_32: 4,
}
export const rtcpTagOctets = 10

export const masterKeyOctets = 16
export const masterSaltOctets = 14

/** What one party encrypts with. */
export type Keying = {
  readonly suite: Suite
  /** Master key and salt, one after the other, in base64: as `inline:` has them. */
  readonly inline: string
  /** Identifier of the master key that stands in every packet, where one was agreed on (RFC 3711 §3.1). */
  readonly mki?: Mki | undefined
}

export type Mki = { readonly value: number; readonly octets: number }

export function isSameKeying(a: Keying | undefined, b: Keying | undefined): boolean {
  return a?.suite === b?.suite && a?.inline === b?.inline && a?.mki?.value === b?.mki?.value
}
