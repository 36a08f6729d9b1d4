import type { ConnectorFacts } from '../../connectors/connector.ts'
import { keyIsKnownAt, type Place } from './key-place.ts'

/** A key is not used in the last minutes of the gateway's memory: our clocks, and the way there, take their share. */
const marginMs = 10 * 60_000

/** Causes that may have gone a moment later. A policy that refuses will refuse again. */
const passing: ReadonlySet<string> = new Set(['refused', 'dns', 'tls', 'timeout'])

/** Whether a request of which no byte has left may be sent once more at once, with the same key. */
export function mayResendUnsent(because: string): boolean {
  return passing.has(because)
}

export type WayToKnow = 'resend' | 'inquire' | 'wait'

export type Standing = {
  readonly facts: Pick<ConnectorFacts, 'replays5xx' | 'windowHours' | 'scope' | 'lookupBy'>
  /** Since the first byte may have left, in ms. */
  readonly ageMs: number
  /** Where a second sending would go, beside the first. */
  readonly place: Place
  readonly canInquire: boolean
  /** Whether the gateway's own reference is known to us. */
  readonly hasGatewayRef: boolean
}

/**
 * How to learn what became of a request whose answer was lost, by what the gateway promises. It is sent again, with
 * the key that it had, only to a gateway that then returns the first outcome, only as long as it remembers keys, and only
 * within what it knows a key by (`scope`): under another account the same key would be a second order.
 * Otherwise the gateway is asked, by a reference that it can look for. Failing that, its webhook or its settlement
 * report will say; nothing is guessed.
 */
export function wayToKnow({ facts, ageMs, place, canInquire, hasGatewayRef }: Standing): WayToKnow {
  const isRemembered = ageMs < facts.windowHours * 3_600_000 - marginMs && keyIsKnownAt(place, facts.scope)
  if (facts.replays5xx && isRemembered) return 'resend'
  if (canInquire && mayBeLookedUp(facts, hasGatewayRef)) return 'inquire'
  return 'wait'
}

export function mayBeLookedUp(
  { lookupBy }: Pick<ConnectorFacts, 'lookupBy'>,
  hasGatewayRef: boolean,
): boolean {
  return lookupBy === 'our-reference' || hasGatewayRef
}
