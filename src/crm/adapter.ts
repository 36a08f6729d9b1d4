import type { z } from 'zod'
import type { Money } from '../base/money.ts'
import type { Mapping, RecordRef } from '../contracts/connections.ts'
import type { PaymentEvent } from '../contracts/payment-events.ts'
import type { Account, Origins, Settings } from './account.ts'
import type { AuthFacts } from './auth.ts'
import type { LimitFacts } from './limits.ts'

/**
 * An adapter is a pure conversation with one kind of CRM or accounting system, as a connector is with a gateway: an
 * event becomes requests, a reply becomes the next request or an outcome. It opens no socket and reads no clock.
 *
 * Whoever speaks for it (`src/control/crm`) adds the token, keeps the rate limits, and answers by itself what is the
 * same everywhere: no answer, 401, 429 and 5xx never reach an adapter. After any of them the conversation begins anew,
 * so that it must find what it wrote before: an upsert by our id, a key that the other side keeps, or a look first.
 */
export type Adapter = {
  readonly id: string
  /** As people know it. */
  readonly name: string
  readonly sort: 'crm' | 'accounting'
  /** What the merchant has to tell about the account, nothing of it secret. */
  readonly settings: z.ZodType<Settings>
  readonly origins: (settings: Settings) => Origins
  readonly auth: AuthFacts
  readonly limits: LimitFacts
  /** The kinds of record that a payment can belong to; the first is meant when a reference names none. */
  readonly recordKinds: readonly string[]
  /** The kind of a bare id, where ids tell it. */
  readonly kindOfId?: (id: string) => string | undefined
  /**
   * One entry for each payment, which later events write over; or one for each event, so that an old event that was
   * missed is worth writing late.
   */
  readonly entries: 'by-payment' | 'by-event'
  /** Events that are written unless the merchant chooses others. */
  readonly events: readonly PaymentEvent['type'][]
  readonly mapping: Mapping
  readonly write: Dialogue<WriteRequest>
  /** Records by the caller's number. Left out where the other side knows no numbers. */
  readonly find?: Dialogue<FindRequest>
  /** Records by the number that callers know them by, and can key. Left out where there is none. */
  readonly lookUp?: Dialogue<LookUpRequest>
  /** Of which kinds of record; the first is meant unless told. */
  readonly lookUpKinds?: readonly string[]
  /** Kinds of record that are a customer, and not something of one. */
  readonly partyKinds?: readonly string[]
  /** What is only known once connected, such as which of a user's organisations is meant. */
  readonly discover?: Dialogue<DiscoverRequest>
}

export type Dialogue<R> = {
  open(request: R, account: Account): Move
  next(state: State, answer: Answer, turn: { readonly request: R; readonly account: Account }): Move
}

export type WriteRequest = {
  readonly event: PaymentEvent
  /** The same on every try. */
  readonly eventId: string
  readonly record: RecordRef
  /** What was written of this payment before. On another record than `record`, it has to move. */
  readonly written: Written | null
  readonly mapping: Mapping
}

/** What stands on the other side: on which record, and the ids of what we wrote there by names of the adapter's. */
export type Written = { readonly record: RecordRef; readonly refs: Readonly<Record<string, string>> }

export type FindRequest = {
  /** One number in the spellings that people store: E.164 first, then national and international with spaces. */
  readonly numbers: readonly string[]
  readonly kind: string
}

/** A number as it stands on a letter, without what cannot be keyed: `1001` for an invoice whose prefix is known. */
export type LookUpRequest = { readonly number: string; readonly kind: string }

export type DiscoverRequest = { readonly reason: 'connected' }

export type State = { readonly at: string; readonly data: Readonly<Record<string, string | number>> }

export type Call = {
  readonly operation: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the API's origin, with the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Goes out as JSON. */
  readonly body?: unknown
}

/** An answer that is worth reading: below 500, and neither 401 nor 429. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Move =
  | { readonly do: 'call'; readonly call: Call; readonly state: State }
  | { readonly do: 'end'; readonly outcome: Outcome }

export type FoundRecord = RecordRef & {
  /** What an agent tells it by: a name, a subject. */
  readonly label: string
  /** What callers know it by, as people write it. */
  readonly number?: string
  /** Whose it is: their id there. */
  readonly customer?: string
  /** What is left to pay. Left out where that is not known there. */
  readonly owed?: Money
  /** The day it is due, `2026-11-30`. */
  readonly dueOn?: string
}

export type Outcome =
  /** It stands there. Null: this event leaves nothing there. */
  | { readonly kind: 'done'; readonly written: Written | null }
  /** Not now; not before `afterMs` from now, when the other side said so. */
  | { readonly kind: 'retry'; readonly because: string; readonly afterMs?: number }
  /** Never as it is: a person has to change something. */
  | { readonly kind: 'give-up'; readonly because: string }
  /** The record does not exist there, or no longer. */
  | { readonly kind: 'record-gone' }
  | { readonly kind: 'found'; readonly records: readonly FoundRecord[] }
  | { readonly kind: 'settings'; readonly settings: Settings }
