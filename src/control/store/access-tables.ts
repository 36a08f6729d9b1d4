/** Tables of agents, sessions, API keys, idempotency keys and calls: migration 0002. Every row names its merchant. */
export type AccessTables = {
  agents: AgentTable
  sessions: SessionTable
  api_keys: ApiKeyTable
  idempotency_keys: IdempotencyKeyTable
  calls: CallTable
}

export type AgentTable = {
  id: string
  merchant_id: string
  /** In lower case; unique over all merchants, because it alone says at log-in whose agent this is. */
  email: string
  name: string
  role: 'agent' | 'supervisor' | 'admin'
  /** PHC string, `$argon2id$…`. */
  password_hash: string
  /** Set once the agent is no longer in the configuration. */
  disabled_at: number | null
  created_at: number
  updated_at: number
}

export type SessionTable = {
  id: string
  merchant_id: string
  agent_id: string
  /** SHA-256 of the cookie's 256 random bits, hexadecimal. */
  token_hash: string
  created_at: number
  last_seen_at: number
}

export type ApiKeyTable = {
  id: string
  merchant_id: string
  name: string
  /** SHA-256 of the key, hexadecimal: the key is random and long, so that a slow hash would add nothing. */
  key_hash: string
  /** The date of the API that the key is pinned to. */
  api_version: string
  created_at: number
  /** To the minute. */
  last_used_at: number | null
  revoked_at: number | null
}

export type IdempotencyKeyTable = {
  /** `mer_…:agent:agt_…`: a key means something only to the one who chose it. */
  principal: string
  key: string
  merchant_id: string
  /** SHA-256 of method, path and body. No log-in is kept here: a fast hash must not cover a password. */
  fingerprint: string
  /** The life of the process that took the request: an unanswered row of another life was left by a crash. */
  boot_id: string
  state: 'in-flight' | 'answered'
  status: number | null
  content_type: string | null
  body: string | null
  created_at: number
  /** Until then the life that took it vouches for being alive, epoch ms; renewed while it is in flight. */
  leased_until: number | null
}

export type CallTable = {
  id: string
  merchant_id: string
  status: 'ringing' | 'live' | 'ended'
  direction: 'inbound' | 'outbound'
  from_number: string
  to_number: string
  provider: string
  provider_call_id: string
  agent_address: string
  /** The provider's id of the agent's leg; null until it was dialled. */
  agent_provider_call_id: string | null
  /** A `CallEnd` of calls/call-state.ts. */
  ended_because: string | null
  /** JSON, text by text. */
  metadata: string
  started_at: number
  ended_at: number | null
  updated_at: number
}
