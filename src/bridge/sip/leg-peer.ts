import type { AudioDescription, Codec } from './audio-description.ts'
import type { Source } from './media-socket/media-socket.ts'
import type { LegKeys } from './srtp/call-keys.ts'

/** Who a leg talks with, as the signalling says. */
export type LegPeer = {
  readonly theirs: AudioDescription
  /** Codecs of the description that this party got. */
  readonly told: readonly Codec[]
  /** The codec that both agreed on first. */
  readonly agreed: Codec | undefined
  /** Another address that its packets may come from: where its signalling came from. */
  readonly alsoFrom: string | undefined
  /** What its media are encrypted with, both ways; undefined when they are not. */
  readonly keys?: LegKeys | undefined
}

/** What an earlier life of the process knew of a leg. */
export type LegMemory = {
  readonly source?: Source | undefined
  readonly rollovers?: Readonly<Record<string, number>> | undefined
}
