import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { FoundRecord } from '../../crm/adapter.ts'
import { spellingsOf } from '../../crm/phone-numbers.ts'
import { writeRecordRef } from '../../crm/record-ref.ts'
import { within } from '../clients/deadline.ts'
import type { Store } from '../store/store.ts'
import { type Connected, connectedOf, listConnections } from './connection-row.ts'
import type { Speaker, Spoken } from './speaker.ts'

/** A caller waits: longer than this is an answer too, in ms. */
const answerMs = 6_000

export type RecordQuestion = {
  readonly merchantId: string
  readonly callId: string
  /** The kind of system, `salesforce`, or what people call the connection, where there are several of a kind. */
  readonly crm: string
  /** The number that the caller keyed, as it stands there; or the number that they call from. */
  readonly by: { readonly number: string } | { readonly caller: string }
  /** The kind of record; unless told what the connection's rules say, or the first kind that has a number. */
  readonly kind?: string | undefined
  /** Of several: none is meant, or the one that was changed last. */
  readonly many: 'refuse' | 'newest'
}

/** A record that a payment will be for: what it says of itself, and how the payment says that it belongs to it. */
export type NamedRecord = FoundRecord & { readonly metadata: Readonly<Record<string, string>> }

/** Null: there is none. `away`: nobody could be asked. */
export type RecordAnswer = NamedRecord | null | 'several' | 'away'

export type LookUpRecordOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly speaker: Speaker
}

/** Asks a connected CRM, or connected books, which record a caller means. Never rejects. */
export async function lookUpRecord(
  options: LookUpRecordOptions,
  question: RecordQuestion,
): Promise<RecordAnswer> {
  const { clock, log } = options
  const { callId, merchantId, crm: name } = question
  try {
    const connected = await connectionOf(options, question)
    if (!connected) {
      log.error({ callId, merchantId, name }, 'a flow asks a system that is not connected')
      return 'away'
    }
    const spoken = await within(clock, answerMs, ask(options, connected, question))
    if (spoken === null) return null
    const answer = answerOf(spoken, connected, question)
    return answer === undefined ? away(options, question, spoken) : answer
  } catch (error) {
    log.warn({ callId, merchantId, name, error }, 'a connected system could not be asked for a record')
    return 'away'
  }
}

async function connectionOf(
  { store }: LookUpRecordOptions,
  { merchantId, crm }: RecordQuestion,
): Promise<Connected | undefined> {
  const rows = await listConnections(store.db, merchantId)
  const isMeant = rows.filter(
    ({ state, adapter, name }) => state === 'connected' && [adapter, name].includes(crm),
  )
  const [row] = isMeant
  return row && connectedOf(row)
}

/** Null: a withheld number is nobody's. */
async function ask(
  { speaker }: LookUpRecordOptions,
  connected: Connected,
  { by, kind: wanted }: RecordQuestion,
): Promise<Spoken | null> {
  const { adapter, row } = connected
  if ('number' in by) {
    const { lookUp, lookUpKinds: kinds = [] } = adapter
    const kind = wanted ?? kinds[0] ?? ''
    if (!lookUp || !kinds.includes(kind))
      throw new Error('records of this kind have no number there that callers could key')
    return speaker.converse(connected, lookUp, { number: by.number, kind })
  }
  if (!adapter.find) throw new Error('this kind of system knows no callers by their number')
  const numbers = spellingsOf(by.caller, row.rules.country)
  const kind = wanted ?? row.rules.kind ?? adapter.recordKinds[0] ?? ''
  return numbers.length === 0 ? null : speaker.converse(connected, adapter.find, { numbers, kind })
}

/** Undefined: the other side was not asked, or gave no answer that is one. */
function answerOf(
  spoken: Spoken,
  { adapter, row }: Connected,
  { many }: RecordQuestion,
): RecordAnswer | undefined {
  if (spoken.kind !== 'outcome' || spoken.outcome.kind !== 'found') return undefined
  const [first, second] = spoken.outcome.records
  if (!first) return null
  if (second && many === 'refuse') return 'several'
  const customer = first.customer ?? (adapter.partyKinds?.includes(first.kind) ? first.id : undefined)
  return {
    ...first,
    ...(customer === undefined ? {} : { customer }),
    metadata: { [row.rules.metadataKey]: writeRecordRef(first) },
  }
}

function away(
  { log }: LookUpRecordOptions,
  { callId, merchantId, crm: name }: RecordQuestion,
  spoken: Spoken,
): 'away' {
  const reason = spoken.kind === 'outcome' ? spoken.outcome.kind : spoken.kind
  log.warn({ callId, merchantId, name, reason }, 'a connected system gave no record that can be used')
  return 'away'
}
