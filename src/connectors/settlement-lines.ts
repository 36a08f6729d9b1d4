/** One movement of money in the merchant's account at the gateway. */
export type SettlementLine = {
  readonly id: string
  readonly kind: 'payment' | 'refund' | 'chargeback' | 'fee' | 'payout' | 'adjustment'
  /** The payment or refund that it belongs to, in the gateway's words. */
  readonly gatewayRef?: string
  /** Our reference to it, where the gateway repeats it. */
  readonly ourReference?: string
  /** Minor units, negative when it leaves the account. */
  readonly grossMinor: number
  readonly feeMinor: number
  readonly netMinor: number
  readonly currency: string
  /** When it can be paid out, in Unix ms. */
  readonly availableAt: number
}

export type SettlementRequest = {
  /** Unix ms, both; until is excluded. */
  readonly sinceMs: number
  readonly untilMs: number
  readonly cursor?: string
}

export type SettlementPage =
  | { readonly ok: true; readonly lines: readonly SettlementLine[]; readonly cursor?: string }
  | { readonly ok: false; readonly because: string }
