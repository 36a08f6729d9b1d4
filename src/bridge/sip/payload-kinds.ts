import type { G711Law } from '../../dsp/tone-channel.ts'
import type { Codec } from './audio-description.ts'

/** What a payload type means on one leg. */
export type PayloadKind =
  | { readonly is: 'g711'; readonly law: G711Law }
  | { readonly is: 'event'; readonly clockRate: number }
  | { readonly is: 'other'; readonly codec: Codec }

const laws: Readonly<Record<string, G711Law>> = { PCMU: 'mulaw', PCMA: 'alaw' }

/** A codec that can be looked into, and so masked. */
export function lawOf({ name, clockRate }: Codec): G711Law | undefined {
  return clockRate === 8_000 ? laws[name] : undefined
}

/** Codecs that are not sound of their own: they do not say what the stream speaks. */
export function isAudio({ name }: Codec): boolean {
  return name !== 'TELEPHONE-EVENT' && name !== 'CN'
}

/**
 * The payload types of what a party sends. By the offer/answer rules (RFC 3264 §6.1) it uses the numbers of the
 * description that it got; many use those of the one that they sent: where the first is silent, the second counts.
 */
export class PayloadKinds {
  readonly #kinds = new Map<number, PayloadKind>()

  constructor(received: readonly Codec[], own: readonly Codec[]) {
    for (const codec of [...own, ...received]) this.#kinds.set(codec.payloadType, kindOf(codec))
    // Numbers that RFC 3551 has given away for good, whatever was negotiated.
    for (const [payloadType, law] of [[0, 'mulaw'] as const, [8, 'alaw'] as const])
      if (!this.#kinds.has(payloadType)) this.#kinds.set(payloadType, { is: 'g711', law })
  }

  /** Undefined: never negotiated. */
  of(payloadType: number): PayloadKind | undefined {
    return this.#kinds.get(payloadType)
  }
}

function kindOf(codec: Codec): PayloadKind {
  const law = lawOf(codec)
  if (law) return { is: 'g711', law }
  if (codec.name === 'TELEPHONE-EVENT') return { is: 'event', clockRate: codec.clockRate }
  return { is: 'other', codec }
}

/** The number under which a party takes this codec; undefined when it does not. */
export function payloadTypeOf(
  codecs: readonly Codec[],
  wanted: Pick<Codec, 'name' | 'clockRate'>,
): number | undefined {
  return codecs.find(({ name, clockRate }) => name === wanted.name && clockRate === wanted.clockRate)
    ?.payloadType
}
