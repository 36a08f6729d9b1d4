import type { LegRole } from '../../contracts/bridge-port.ts'

export type Side = 'offerer' | 'answerer'

export type PartyRule = {
  /** The interface that callers are on. */
  readonly callerInterface: string
  /** Who the caller is when nothing says it. */
  readonly callerOtherwise: Side
}

/** What the signalling has said of the two sides of the first offer. */
export type PartyHints = {
  readonly labels: { readonly [S in Side]?: string | undefined }
  /** Interfaces of offerer and answerer. */
  readonly direction: readonly string[]
}

export const otherSide: Record<Side, Side> = { offerer: 'answerer', answerer: 'offerer' }

/** Which side is the caller: by label, else by the interface it is on, else by the rule. */
export function callerSide({ labels, direction }: PartyHints, rule: PartyRule): Side {
  for (const side of ['offerer', 'answerer'] as const) {
    if (labels[side] === 'caller') return side
    if (labels[side] === 'agent') return otherSide[side]
  }
  const [offerers, answerers] = direction
  // A call between two outer parties says nothing of who is whose.
  if (offerers !== answerers) {
    if (offerers === rule.callerInterface) return 'offerer'
    if (answerers === rule.callerInterface) return 'answerer'
  }
  return rule.callerOtherwise
}

export function roleOf(side: Side, caller: Side): LegRole {
  return side === caller ? 'caller' : 'agent'
}
