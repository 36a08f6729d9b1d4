import { type Kysely, sql } from 'kysely'
import type { Migration } from '../migration.ts'

// biome-ignore lint/suspicious/noExplicitAny: the schema as it is made here has no types yet.
type Schema = Kysely<any>

export const accessMigration: Migration = {
  name: '0002-access',
  async up(db) {
    await agents(db)
    await sessions(db)
    await apiKeys(db)
    await idempotencyKeys(db)
    await calls(db)
  },
}

async function agents(db: Schema): Promise<void> {
  await db.schema
    .createTable('agents')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('disabled_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    // Lets a session refer to an agent together with its merchant: none of one merchant for an agent of another.
    .addUniqueConstraint('agents_by_merchant', ['merchant_id', 'id'])
    .execute()
}

async function sessions(db: Schema): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addForeignKeyConstraint('sessions_agent', ['merchant_id', 'agent_id'], 'agents', ['merchant_id', 'id'])
    .execute()
  await db.schema.createIndex('sessions_of_agent').on('sessions').column('agent_id').execute()
}

async function apiKeys(db: Schema): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
}

async function idempotencyKeys(db: Schema): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('content_type', 'text')
    .addColumn('body', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['principal', 'key'])
    .execute()
  await db.schema.createIndex('idempotency_keys_by_age').on('idempotency_keys').column('created_at').execute()
}

async function calls(db: Schema): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('merchant_id', 'text', (column) => column.notNull().references('merchants.id'))
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('from_number', 'text', (column) => column.notNull())
    .addColumn('to_number', 'text', (column) => column.notNull())
    .addColumn('provider', 'text', (column) => column.notNull())
    .addColumn('provider_call_id', 'text', (column) => column.notNull())
    .addColumn('agent_address', 'text', (column) => column.notNull())
    .addColumn('agent_provider_call_id', 'text')
    .addColumn('ended_because', 'text')
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    // A webhook that is delivered twice finds the call of the first delivery.
    .addUniqueConstraint('calls_by_provider', ['provider', 'provider_call_id'])
    .execute()
  await db.schema.createIndex('calls_of_merchant').on('calls').columns(['merchant_id', 'id']).execute()
  await db.schema
    .createIndex('calls_going_on')
    .on('calls')
    .column('status')
    .where(sql.ref('status'), '!=', 'ended')
    .execute()
}
