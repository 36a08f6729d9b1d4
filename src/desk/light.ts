import type { CallResource, PaymentResource } from '../contracts/desk-port.ts'
import type { Platform, StreamState } from './state.ts'

/**
 * `open`: nothing is being keyed and the line is as always. `securing`: the mask has been asked for, or the digits
 * have no way to the card process yet. `secured`: the bridge confirms the mask, and the caller can key. `lost`: keys
 * were being taken and the mask is no longer confirmed. `unknown`: the desk cannot see the platform. `closed`: digits
 * are no longer taken, and the line is not open again yet.
 */
export type Light = 'open' | 'securing' | 'secured' | 'lost' | 'unknown' | 'closed'

export type LightInput = {
  readonly stream: StreamState
  readonly platform: Platform | null
  readonly call: Pick<CallResource, 'masked'> | undefined
  readonly payment: PaymentResource | undefined
}

/** The one place that decides on green: `collection.secured`, told by a stream that is known to be live, of a bridge that is up. */
export function lightOf({ stream, platform, call, payment }: LightInput): Light {
  if (stream === 'lost' || stream === 'checking' || stream === 'connecting') return 'unknown'
  const collection = payment?.collection
  // A bridge that is away vouches for nothing, whatever was said of the mask before.
  if (platform?.bridge === 'down') return collection?.state === 'collecting' ? 'lost' : 'unknown'
  if (!collection) return call?.masked ? 'securing' : 'open'
  switch (collection.state) {
    case 'arming':
      // Even behind a confirmed mask: what is keyed before the digits have their way would be lost.
      return 'securing'
    case 'collecting':
      return collection.secured ? 'secured' : 'lost'
    case 'collected':
      return collection.secured ? 'secured' : 'closed'
    case 'ended':
      return call?.masked ? 'closed' : 'open'
  }
}

export const lightWords: Readonly<Record<Light, { readonly short: string; readonly long: string }>> = {
  open: { short: 'Line open', long: 'You hear everything, tones too.' },
  securing: { short: 'Securing…', long: 'Wait: the caller should not key anything yet.' },
  secured: { short: 'Secured', long: 'Tones cannot reach you.' },
  lost: { short: 'Protection lost', long: 'Ask the caller to stop keying now.' },
  unknown: { short: 'Not confirmed', long: 'Reconnecting. Nothing should be keyed now.' },
  closed: { short: 'Card closed', long: 'No digits are taken any more. The line opens again in a moment.' },
}
