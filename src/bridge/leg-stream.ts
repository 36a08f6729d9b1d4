import type { LegEnd } from '../contracts/bridge-port.ts'

/** One party's media connection, in whatever dialect its provider speaks. */
export type LegStream = {
  readonly streamSid: string
  /** Plays at most 160 octets of mu-law at the party's end. Dropped while the connection cannot take more. */
  sendMedia(octets: Uint8Array): void
  /** Comes back through `mark` when everything sent before it has been played. */
  sendMark(name: string): void
  /** Makes the provider drop what it has not played yet. */
  clear(): void
  /** Ends the connection; `ended` is called with `why`. Harmless when it has ended. */
  close(why: LegEnd): void
}

/** What a stream tells its leg. The octets are valid during the call only. */
export type LegListener = {
  media(octets: Uint8Array): void
  /** So many octets never came. */
  lost(octets: number): void
  /** The provider's own word for a key press: ASCII of `0`–`9`, `*`, `#`, `A`–`D`. */
  digit(code: number): void
  mark(name: string): void
  /** Once, as the last call. */
  ended(why: LegEnd): void
}
