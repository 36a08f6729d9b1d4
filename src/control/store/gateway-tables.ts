/** Tables of what gateways tell us by themselves: migrations 0004 and 0005. */
export type GatewayTables = {
  gateway_events: GatewayEventTable
  reconciliations: ReconciliationTable
  reconciliation_differences: DifferenceTable
}

export type GatewayEventTable = {
  /** The gateway of the configuration, and the event's id in the gateway's words: kept once. */
  gateway: string
  event_id: string
  /** Whose payment it is about, once that is known. */
  merchant_id: string | null
  what: string
  gateway_ref: string | null
  our_reference: string | null
  amount_minor: number | null
  currency: string | null
  /** `waiting`: to be processed. `parked`: about nothing that we know; looked at again, and by reconciliation. */
  state: 'waiting' | 'done' | 'parked'
  /** What came of it, or why it is parked. */
  because: string | null
  tries: number
  /** When it is looked at again, epoch ms. */
  next_at: number
  received_at: number
  updated_at: number
}

export type ReconciliationTable = {
  id: string
  merchant_id: string
  gateway: string
  state: 'running' | 'done' | 'failed'
  /** Epoch ms, `until_ms` excluded. */
  since_ms: number
  until_ms: number
  /** Lines of the gateway's in that time, and ours that were found among them. */
  lines: number
  matched: number
  differences: number
  because: string | null
  created_at: number
  updated_at: number
}

export type DifferenceTable = {
  id: string
  merchant_id: string
  reconciliation_id: string
  kind: 'missing-here' | 'missing-there' | 'other-amount'
  /** What it is about, in one word: the gateway's line or our payment or operation. */
  subject: string
  payment_id: string | null
  gateway_ref: string | null
  ours_minor: number | null
  theirs_minor: number | null
  currency: string
  created_at: number
}
