/** Tables of agents, sessions, API keys, idempotency keys and calls: migration 0002. */
// biome-ignore lint/complexity/noBannedTypes: filled by the access room; an empty part of the composition until then.
export type AccessTables = {}
