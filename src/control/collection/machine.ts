import { exhaustive } from '../../base/exhaustive.ts'
import type { KeyedSummary } from '../../contracts/card.ts'
import type { CollectionOpened } from '../../contracts/vault-port.ts'
import type { CollectionEndReason } from '../ports.ts'

/**
 * The collection of one card. Pure: no clock, no socket, no digit.
 *
 *   idle → arming(mask → vault → digits) → collecting → collected → sending
 *             └────────────────────────────────┴────────────┴──────────┴──→ ended
 *
 * Mask first, vault second, digits third. At the end: digits off, discard, and unmask last, so that the agent hears
 * the line again only once nothing of the card is held. What is being sent to the gateway is no longer stopped by
 * anybody: its outcome is waited for.
 */
export type CollectionState =
  | { readonly at: 'idle' }
  | { readonly at: 'arming'; readonly step: 'mask' | 'vault' | 'digits' }
  | { readonly at: 'collecting'; readonly digits: 'routed' | 'lost' }
  | { readonly at: 'collected'; readonly card: KeyedSummary }
  | { readonly at: 'sending'; readonly card: KeyedSummary }
  | { readonly at: 'ended'; readonly why: CollectionEndReason | 'finished' }

export type CollectionEvent =
  | { readonly type: 'started' }
  /** The bridge confirmed the mask on the media path. */
  | { readonly type: 'masked' }
  | { readonly type: 'vault-opened'; readonly opened: CollectionOpened }
  | { readonly type: 'digits-routed' }
  /** The bridge can no longer write to the card process: it may be complete, or gone; the vault will say. */
  | { readonly type: 'digits-lost' }
  /** The vault has not said, in the time that was given. */
  | { readonly type: 'digits-lost-for-good' }
  /** The caller was put on hold, or is back. */
  | { readonly type: 'held'; readonly held: boolean }
  | { readonly type: 'collected'; readonly card: KeyedSummary }
  | { readonly type: 'send-began' }
  /** The conversation needs the card no more. */
  | { readonly type: 'spent' }
  /** `keepMask`: another collection on the same call follows at once. */
  | { readonly type: 'stopped'; readonly why: CollectionEndReason; readonly keepMask?: boolean }
  | { readonly type: 'bridge-lost' }
  | { readonly type: 'vault-lost' }
  /** The card process is gone, by its own word. */
  | { readonly type: 'vault-ended'; readonly why: CollectionEndReason | 'finished' }

export type CollectionEffect =
  | { readonly do: 'mask' }
  | { readonly do: 'open-vault' }
  | { readonly do: 'route-digits'; readonly opened: CollectionOpened }
  /** Stops the collection's time limits, or lets them go on. */
  | { readonly do: 'suspend'; readonly suspended: boolean }
  | { readonly do: 'wait-for-the-vault' }
  | { readonly do: 'stop-digits' }
  | { readonly do: 'discard' }
  | { readonly do: 'unmask' }

export type CollectionStep = {
  readonly state: CollectionState
  readonly effects: readonly CollectionEffect[]
}

export const idle: CollectionState = { at: 'idle' }

export function step(state: CollectionState, event: CollectionEvent): CollectionStep {
  const stay: CollectionStep = { state, effects: [] }
  switch (state.at) {
    case 'idle':
      if (event.type === 'started')
        return { state: { at: 'arming', step: 'mask' }, effects: [{ do: 'mask' }] }
      return stay
    case 'arming':
      return arming(state, event) ?? holding(state, event) ?? stopping(event, true) ?? stay
    case 'collecting':
      return collecting(event) ?? holding(state, event) ?? stopping(event, true) ?? stay
    case 'collected':
      if (event.type === 'send-began') return { state: { at: 'sending', card: state.card }, effects: [] }
      // The card is complete and the bridge has no part in what follows: its loss costs the green light only.
      return stopping(event, false) ?? stay
    case 'sending':
      return sending(event) ?? stay
    case 'ended':
      return stay
    default:
      return exhaustive(state)
  }
}

function arming(
  state: Extract<CollectionState, { at: 'arming' }>,
  event: CollectionEvent,
): CollectionStep | undefined {
  if (event.type === 'masked' && state.step === 'mask')
    return { state: { at: 'arming', step: 'vault' }, effects: [{ do: 'open-vault' }] }
  if (event.type === 'vault-opened' && state.step === 'vault') {
    const effects = [{ do: 'route-digits', opened: event.opened }] as const
    return { state: { at: 'arming', step: 'digits' }, effects }
  }
  if (event.type === 'digits-routed' && state.step === 'digits')
    return { state: { at: 'collecting', digits: 'routed' }, effects: [] }
  // A quick caller's last digit can be in the vault before the bridge's answer is here.
  if (event.type === 'collected' && state.step === 'digits') return complete(event.card)
  if (event.type === 'digits-lost') return { state, effects: [{ do: 'wait-for-the-vault' }] }
  return undefined
}

function collecting(event: CollectionEvent): CollectionStep | undefined {
  if (event.type === 'collected') return complete(event.card)
  if (event.type === 'digits-lost')
    return { state: { at: 'collecting', digits: 'lost' }, effects: [{ do: 'wait-for-the-vault' }] }
  return undefined
}

/** The mask and the digits stay as they are; only time stops. The bridge tells of a hold again as digits are routed. */
function holding(state: CollectionState, event: CollectionEvent): CollectionStep | undefined {
  if (event.type !== 'held') return undefined
  return { state, effects: [{ do: 'suspend', suspended: event.held }] }
}

function complete(card: KeyedSummary): CollectionStep {
  return { state: { at: 'collected', card }, effects: [{ do: 'stop-digits' }] }
}

/** What ends a collection before its card is sent. */
function stopping(event: CollectionEvent, needsTheBridge: boolean): CollectionStep | undefined {
  switch (event.type) {
    case 'stopped':
      return ended(event.why, event.keepMask)
    case 'vault-ended':
      return ended(event.why)
    case 'vault-lost':
      return ended('vault-lost')
    case 'bridge-lost':
      return needsTheBridge ? ended('bridge-lost') : undefined
    case 'digits-lost-for-good':
      return needsTheBridge ? ended('digits-lost') : undefined
    default:
      return undefined
  }
}

function sending(event: CollectionEvent): CollectionStep | undefined {
  if (event.type === 'spent') return ended('finished')
  if (event.type === 'vault-ended') return ended(event.why)
  if (event.type === 'vault-lost') return ended('vault-lost')
  return undefined
}

function ended(why: CollectionEndReason | 'finished', keepMask = false): CollectionStep {
  const empty: readonly CollectionEffect[] = [{ do: 'stop-digits' }, { do: 'discard' }]
  return { state: { at: 'ended', why }, effects: keepMask ? empty : [...empty, { do: 'unmask' }] }
}
