import { z } from 'zod'
import { RecordRef } from './connections.ts'
import { RefundOrder } from './operations.ts'

const id = z.string().max(64)
const Text = z.string().trim().min(1).max(110).describe('`Contact:003…`; an id alone with `connectionId`')

export const Candidate = z.strictObject({ ...RecordRef.shape, label: z.string() })
export type Candidate = z.infer<typeof Candidate>

/** Which record of a connected system a payment belongs to. */
export const RecordLinkResource = z.strictObject({
  connectionId: z.string(),
  /** What people call the connection, and the kinds of record that it knows. */
  connectionName: z.string(),
  recordKinds: z.array(z.string()),
  paymentId: z.string(),
  state: z
    .enum(['open', 'linked', 'held'])
    .describe('`open`: not looked for yet; `held`: a person has to name the record'),
  record: RecordRef.nullable(),
  source: z.enum(['payment', 'call', 'phone', 'agent']).nullable(),
  because: z.string().nullable(),
  /** What was found by the caller's number, to choose from. */
  candidates: z.array(Candidate),
  written: z.boolean().describe('Whether it stands on that record by now'),
  updatedAt: z.number().int(),
})
export type RecordLinkResource = z.output<typeof RecordLinkResource>

/** Which record of a connected system a call's payments belong to, unless they say so themselves. */
export const CallRecordResource = z.strictObject({
  connectionId: z.string(),
  connectionName: z.string(),
  recordKinds: z.array(z.string()),
  metadataKey: z.string().describe('The entry of the call’s metadata that names it; PATCH /v1/calls/{id}'),
  record: RecordRef.nullable(),
})
export type CallRecordResource = z.output<typeof CallRecordResource>

export const RecordName = z.strictObject({ record: Text })
export const RecordQuery = z.strictObject({ record: Text, connectionId: id.optional() })
export const RecordOrder = RecordQuery.extend({
  paymentId: id.optional().describe('Needed when the record has several'),
})
export const RecordRefund = RecordOrder.extend(RefundOrder.shape)

export const PanelOrder = z.strictObject({ record: RecordRef })
/** A page to stand in a frame, for ten minutes. */
export const PanelLink = z.strictObject({ url: z.string(), expiresAt: z.number().int() })
