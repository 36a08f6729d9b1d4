import type { z } from 'zod'
import type { CallResource } from '../../contracts/desk-port.ts'
import type { CallTable } from '../store/access-tables.ts'
import type { Store } from '../store/store.ts'
import { readCallMetadata } from './call-metadata.ts'
import { type CallEnd, type CallState, newCall } from './call-state.ts'

/** What is known of a call from its first webhook on, and does not change. */
export type CallFacts = {
  readonly id: string
  readonly merchantId: string
  readonly direction: CallResource['direction']
  readonly from: string
  readonly to: string
  readonly provider: string
  readonly providerCallId: string
  readonly agentAddress: string
  readonly startedAt: number
  /** As it was when the call was read or made; `learnMetadata` of the registry keeps it. */
  readonly metadata: Readonly<Record<string, string>>
  /** Of a call over SIP; not in the row: the bridge tells it again. */
  readonly sip?: NonNullable<CallResource['sip']>
}

export type StoredCall = {
  readonly facts: CallFacts
  readonly agentProviderCallId: string | null
  readonly status: CallResource['status']
  readonly endedAt: number | null
  readonly because: string | null
}

export type CallPage = { readonly cursor?: string | undefined; readonly limit: number }

/** The `calls` table. Legs are not in it: the bridge knows them, and tells after a restart. */
export class CallRows {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Harmless for a call that is there already, of this delivery or another. */
  async insert(facts: CallFacts): Promise<void> {
    await this.#store.db
      .insertInto('calls')
      .values({
        id: facts.id,
        merchant_id: facts.merchantId,
        status: 'ringing',
        direction: facts.direction,
        from_number: facts.from,
        to_number: facts.to,
        provider: facts.provider,
        provider_call_id: facts.providerCallId,
        agent_address: facts.agentAddress,
        agent_provider_call_id: null,
        ended_because: null,
        metadata: JSON.stringify(facts.metadata),
        started_at: facts.startedAt,
        ended_at: null,
        updated_at: facts.startedAt,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'provider_call_id']).doNothing())
      .execute()
  }

  /** A phone may use a Call-ID again after months: the row of the later call then has ours behind it. */
  async insertSip(facts: CallFacts): Promise<void> {
    await this.insert(facts)
    if (await this.get(facts.merchantId, facts.id)) return
    await this.insert({ ...facts, providerCallId: `${facts.providerCallId} ${facts.id}` })
  }

  async update(
    id: string,
    change: { state: CallState; agentProviderCallId: string | null; at: number },
  ): Promise<void> {
    const { state, agentProviderCallId, at } = change
    await this.#store.db
      .updateTable('calls')
      .set({
        status: state.status,
        agent_provider_call_id: agentProviderCallId,
        ended_because: state.because,
        ended_at: state.endedAt,
        updated_at: at,
      })
      .where('id', '=', id)
      .execute()
  }

  /** Calls that the last life of the process did not see end. */
  async goingOn(): Promise<StoredCall[]> {
    const rows = await this.#store.db.selectFrom('calls').selectAll().where('status', '!=', 'ended').execute()
    return rows.map(fromRow)
  }

  async byProvider(provider: string, providerCallId: string): Promise<StoredCall | undefined> {
    const row = await this.#store.db
      .selectFrom('calls')
      .selectAll()
      .where('provider', '=', provider)
      .where((call) =>
        call.or([
          call('provider_call_id', '=', providerCallId),
          call('agent_provider_call_id', '=', providerCallId),
        ]),
      )
      .executeTakeFirst()
    return row && fromRow(row)
  }

  async get(merchantId: string, id: string): Promise<StoredCall | undefined> {
    const row = await this.#store.db
      .selectFrom('calls')
      .selectAll()
      .where('merchant_id', '=', merchantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && fromRow(row)
  }

  /** Ended calls of a merchant, newest first. The cursor is the last call's id: ids sort by age. */
  async ended(merchantId: string, { cursor, limit }: CallPage): Promise<StoredCall[]> {
    let query = this.#store.db
      .selectFrom('calls')
      .selectAll()
      .where('merchant_id', '=', merchantId)
      .where('status', '=', 'ended')
    if (cursor !== undefined) query = query.where('id', '<', cursor)
    const rows = await query.orderBy('id', 'desc').limit(limit).execute()
    return rows.map(fromRow)
  }
}

function fromRow(row: CallTable): StoredCall {
  return {
    facts: {
      id: row.id,
      merchantId: row.merchant_id,
      direction: row.direction,
      from: row.from_number,
      to: row.to_number,
      provider: row.provider,
      providerCallId: row.provider_call_id,
      agentAddress: row.agent_address,
      startedAt: row.started_at,
      metadata: readCallMetadata(row.metadata),
    },
    agentProviderCallId: row.agent_provider_call_id,
    status: row.status,
    endedAt: row.ended_at,
    because: row.ended_because,
  }
}

/** What a call looks like to the API: facts and state, and none of our own bookkeeping. */
export function toResource(facts: CallFacts, state: CallState): z.output<typeof CallResource> {
  const { agentAddress: _, merchantId: __, ...shown } = facts
  return {
    ...{ ...shown, metadata: { ...shown.metadata } },
    status: state.status,
    caller: state.caller.state,
    agent: state.agent.state,
    masked: state.masked,
    endedAt: state.endedAt,
  }
}

/** The state of a call that has ended, as its row remembers it. */
export function endedState({ endedAt, because }: StoredCall): CallState {
  const left = { state: 'left', streamSid: null } as const
  return {
    ...newCall,
    status: 'ended',
    caller: left,
    agent: left,
    endedAt,
    because: because as CallEnd | null,
  }
}
