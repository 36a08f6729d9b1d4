/** How G.711 octets are coded on the line. */
export type G711Law = 'mulaw' | 'alaw'

export type ToneChannelOptions = {
  readonly law: G711Law
  /** Delay of the masked path, in ms, so that a tone is known before its first sample leaves. */
  readonly lookaheadMs: number
  /** What stands in the place of a tone. */
  readonly fill: 'noise' | 'silence' | 'tone'
}

/** Something the detector decided. Positions are samples of input since the channel began (8,000 a second). */
export type ToneEvent = {
  /** `onset`: a press is certain, and begins. `end`: it has ended; same `press`. */
  readonly at: 'onset' | 'end'
  /** Counts presses of this channel, from 0. */
  readonly press: number
  /** ASCII code of `0`–`9`, `*`, `#`, `A`–`D`. One digit, never a list of them. */
  readonly digit: number
  readonly onsetSample: number
  /** Of the end; of the decision when `at` is `onset`. */
  readonly atSample: number
  readonly levelDbm0: number
  readonly twistDb: number
  /** 0…1 */
  readonly confidence: number
}

/**
 * The caller's audio on its way to the agent: heard always, masked while armed. One instance per caller's leg, for
 * the whole call; constant memory, which `release` zeroes. Not armed, octets pass bit-exactly and without delay.
 */
export type ToneChannel = {
  /** Takes octets of the caller and writes as many for the agent: in their place, or where the two do not overlap. */
  process(input: Uint8Array, output: Uint8Array): void
  /** As `process`, for `octets` that never came: a gap to the detector, concealment to the agent. */
  processLost(octets: number, output: Uint8Array): void
  /** Calls back for what was decided since the last call, oldest first. The event object is reused: copy nothing of it but numbers. */
  drainEvents(listener: (event: ToneEvent) => void): void
  arm(): void
  /** Takes the delay out again. Only to be called while `quiet`. */
  disarm(): void
  readonly armed: boolean
  /** True once the delay line is in the path at its full length: nothing unmasked can leave any more. */
  readonly secured: boolean
  /** True when no tone is heard or suspected and none is held in the delay line. */
  readonly quiet: boolean
  /** A telephone event or a provider's message says that a key is or was down: masks all that is still held, and `holdMs` more. */
  maskHeld(holdMs: number): void
  /** Zeroes every byte that the channel holds. It mutes afterwards. */
  release(): void
}
