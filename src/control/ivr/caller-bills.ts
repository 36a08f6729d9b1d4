import type { Log } from '../../base/log.ts'
import type { Locale } from '../../contracts/prompts.ts'
import { Bill } from '../../ivr/bill.ts'
import type { RecordLookup } from '../../ivr/flow-steps.ts'
import { isSpoken } from '../../ivr/speech/speak.ts'
import type { NamedRecord, RecordAnswer, RecordQuestion } from '../connections/look-up-record.ts'
import type { BillLookup } from './bill-lookup.ts'

export type CallerQuestion = {
  /** An entry of `ivr.lookups`, or a connected system. */
  readonly lookup: string | RecordLookup
  /** As it was keyed; null: by the number that calls. */
  readonly reference: string | null
  readonly merchantId: string
  readonly callId: string
  /** The number that calls, as the network tells it. */
  readonly from: string
  readonly locale: Locale
}

/** Null: nobody knows it. `several`: it is not one's alone. `away`: no answer that can be read. */
export type CallerAnswer = Bill | null | 'several' | 'away'

export type CallerBillsOptions = {
  readonly log: Log
  readonly byUrl: Pick<BillLookup, 'find'>
  readonly byRecord: (question: RecordQuestion) => Promise<RecordAnswer>
}

/** What callers pay: told by a URL of the merchant's, or by a CRM or books that are connected. */
export class CallerBills {
  readonly #options: CallerBillsOptions

  constructor(options: CallerBillsOptions) {
    this.#options = options
  }

  /** Never rejects. */
  async find(question: CallerQuestion): Promise<CallerAnswer> {
    const { lookup, reference, merchantId, callId, from } = question
    const { byUrl, byRecord } = this.#options
    if (typeof lookup === 'string')
      return reference === null ? null : byUrl.find({ ...question, lookup, reference })
    const { crm, kind, callerKind, many, prefix } = lookup
    const asked = { merchantId, callId, crm, many }
    const found = await byRecord(
      reference === null
        ? { ...asked, by: { caller: from }, kind: callerKind }
        : { ...asked, by: { number: `${prefix}${reference}` }, kind },
    )
    return found === null || typeof found === 'string' ? found : this.#billOf(found, question)
  }

  #billOf(record: NamedRecord, { callId, merchantId }: CallerQuestion): CallerAnswer {
    const { owed, customer, dueOn, metadata } = record
    if (owed && !isSpoken(owed.currency)) {
      this.#options.log.error(
        { callId, merchantId, reason: 'currency' },
        'an invoice is in a currency that cannot be said',
      )
      return 'away'
    }
    const bill = Bill.safeParse({
      reference: record.number ?? record.id,
      ...(owed ? { amountMinor: owed.amountMinor, currency: owed.currency } : {}),
      ...(dueOn === undefined ? {} : { dueOn }),
      ...(customer === undefined ? {} : { customer }),
      metadata,
    }).data
    return bill ?? 'away'
  }
}
