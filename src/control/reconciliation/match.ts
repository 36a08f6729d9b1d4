import type { SettlementLine } from '../../connectors/settlement-lines.ts'
import type { Movement } from './movements.ts'

export type Matched = {
  /** Both sides say the same. */
  readonly agreed: readonly Movement[]
  readonly otherAmount: readonly { readonly ours: Movement; readonly theirs: SettlementLine }[]
  /** The gateway's lines of this time that none of our movements answers to. */
  readonly linesLeft: readonly SettlementLine[]
  /** Movements of ours that the gateway lists neither in this time nor shortly before or after. */
  readonly oursLeft: readonly Movement[]
}

export type ToMatch = {
  readonly ours: readonly Movement[]
  readonly lines: readonly SettlementLine[]
  /** Of the time around: our clocks differ, and a gateway may book later. */
  readonly linesAround: readonly SettlementLine[]
}

/** Compares our movements with the gateway's, by either side's reference. Pure. */
export function match({ ours, lines, linesAround }: ToMatch): Matched {
  const money = (line: SettlementLine) => line.kind === 'payment' || line.kind === 'refund'
  const within = new Set(lines)
  const free = new Map<string, SettlementLine>()
  for (const line of [...linesAround, ...lines].filter(money))
    for (const key of keysOfLine(line)) free.set(key, line)
  const used = new Set<SettlementLine>()
  const agreed: Movement[] = []
  const otherAmount: { ours: Movement; theirs: SettlementLine }[] = []
  const oursLeft: Movement[] = []
  for (const movement of ours) {
    const line = keysOf(movement)
      .map((key) => free.get(key))
      .find((found) => found !== undefined && !used.has(found))
    if (!line) {
      oursLeft.push(movement)
      continue
    }
    used.add(line)
    const same = line.grossMinor === movement.amountMinor && line.currency === movement.currency
    if (same) agreed.push(movement)
    else otherAmount.push({ ours: movement, theirs: line })
  }
  // Fees, payouts and adjustments are the gateway's own; money that a bank took back is not.
  const ofConcern = (line: SettlementLine) => money(line) || line.kind === 'chargeback'
  const linesLeft = [...within].filter((line) => ofConcern(line) && !used.has(line))
  return { agreed, otherAmount, linesLeft, oursLeft }
}

function keysOf({ kind, ourReference, gatewayRef }: Movement): string[] {
  return [`${kind} ours ${ourReference}`, ...(gatewayRef === null ? [] : [`${kind} theirs ${gatewayRef}`])]
}

function keysOfLine({ kind, ourReference, gatewayRef }: SettlementLine): string[] {
  return [
    ...(ourReference === undefined ? [] : [`${kind} ours ${ourReference}`]),
    ...(gatewayRef === undefined ? [] : [`${kind} theirs ${gatewayRef}`]),
  ]
}
