/** Tables of connected CRMs and accounting systems: migrations 0009 and 0013. Every row names its merchant, but limits. */
export type ConnectionTables = {
  connections: ConnectionTable
  connection_consents: ConsentTable
  record_links: RecordLinkTable
  account_limits: AccountLimitTable
}

export type ConnectionTable = {
  id: string
  merchant_id: string
  /** Of src/crm/registry.ts. */
  adapter: string
  name: string
  /** `open`: not connected yet. `disabled`: by hand, or because its token is no longer good. */
  state: 'open' | 'connected' | 'disabled'
  disabled_because: string | null
  /** JSON: the adapter's settings. */
  settings: string
  /** JSON: other places than the adapter's, in sandbox mode only. */
  origins: string | null
  grant_kind: string
  client_id: string
  /** Sealed: the app's secret, its private key, or the token that does not expire. */
  sealed_client: string
  /** Sealed JSON: access and refresh token. */
  sealed_tokens: string | null
  /** When the access token has to be replaced, epoch ms. */
  tokens_until: number
  /** Counts up with every change of the tokens. */
  tokens_version: number
  /** Until when one process is replacing them, epoch ms. */
  refreshing_until: number
  /** JSON. */
  mapping: string
  events: string
  rules: string
  created_at: number
  updated_at: number
}

/** Somebody was sent to the other side to agree. */
export type ConsentTable = {
  /** SHA-256 of the state, hexadecimal. */
  state_hash: string
  merchant_id: string
  connection_id: string
  agent_id: string
  /** Sealed: the proof key's verifier. */
  sealed_verifier: string
  created_at: number
}

/** Which record of a connected system a payment belongs to, and what stands there of it. */
export type RecordLinkTable = {
  connection_id: string
  payment_id: string
  merchant_id: string
  /** `held`: a person has to name the record. */
  state: 'linked' | 'held'
  record_kind: string | null
  record_id: string | null
  source: 'payment' | 'call' | 'phone' | 'agent' | null
  because: string | null
  /** JSON: what was found by the number, to choose from. */
  candidates: string
  /** JSON: `Written` of src/crm/adapter.ts. */
  written: string | null
  /** The payment's version of the newest event that was written. */
  position: number
  created_at: number
  updated_at: number
}

/** What was asked of one account on the other side, which several merchants of ours may share. */
export type AccountLimitTable = {
  /** The adapter, and what the other side counts by. */
  account: string
  /** JSON: `AccountCount` of control/connections/account-room.ts. */
  count: string
  updated_at: number
}
