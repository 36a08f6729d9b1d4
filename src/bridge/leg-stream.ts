import type { LegEnd } from '../contracts/bridge-port.ts'
import type { G711Law } from '../dsp/tone-channel.ts'
import type { LegNumbers } from './leg-numbers.ts'

/** One party's media connection, in whatever dialect its provider speaks. */
export type LegStream = {
  readonly streamSid: string
  /** Of the octets that it hands to its leg, for as long as it lives. */
  readonly law: G711Law
  /** False while its party speaks a codec that cannot be looked into: no tone of it could be masked. */
  readonly maskable: boolean
  /** Of streams whose regular packets may go straight from socket to socket. */
  readonly numbers?: LegNumbers
  /** True while a key is down by the provider's own word, which may be before, after or without its tone. */
  readonly keyDown: boolean
  /** Plays at most 160 octets of this law at the party's end. Dropped while the connection cannot take more. */
  sendMedia(octets: Uint8Array, law: G711Law): void
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
