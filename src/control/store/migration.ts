import type { Kysely } from 'kysely'

/** Where rows are kept: a file of this process's own, or a PostgreSQL server. */
export type StoreKind = 'sqlite' | 'postgres'

/**
 * One numbered step of the schema. Once released it is never edited: a later step changes what it made. It runs in
 * one transaction with all others that are due, so that a schema is never half there.
 */
export type Migration = {
  /** `0001-payments`: four digits and what it is about. */
  readonly name: string
  /** In the common subset of both stores; `kind` is for the little that has none, such as triggers. */
  // biome-ignore lint/suspicious/noExplicitAny: a migration speaks of the schema as it was, not as the types are now.
  up(db: Kysely<any>, kind: StoreKind): Promise<void>
}
