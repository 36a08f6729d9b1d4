import { z } from 'zod'
import { mostKeys } from '../contracts/bridge-port.ts'

export const StepName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a step’s name: lower-case letters, digits and dashes')
/** Ids of the locale's manifest, or of the merchant's own recordings. */
const Says = z.array(z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'an id of manifest.json')).max(20)
const Key = z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '#'])
const Minor = z.number().int().min(1).max(999_999_999)

/** What is said before what comes next; any key goes on at once. */
const Say = z.strictObject({ do: z.literal('say'), say: Says.min(1), next: StepName })
/** Offers the flow's locales, each in its own language. Nothing is asked when there is one. */
const Language = z.strictObject({ do: z.literal('language'), next: StepName })
const Menu = z.strictObject({
  do: z.literal('menu'),
  say: Says.min(1),
  choices: z.partialRecord(Key, StepName),
  failed: StepName,
})
const RecordKind = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a kind of record, such as Case')

/** A record of the merchant's connected CRM, or an invoice of connected books, in the place of a URL of the merchant's. */
export const RecordLookup = z.strictObject({
  /** The kind of system, for example `salesforce`; or what the connection is called, where there are several of a kind. */
  crm: z.string().min(1).max(80),
  /** `caller`: the number that calls is looked for, and only where nobody or several have it a number is keyed. */
  by: z.enum(['number', 'caller']).default('number'),
  /** What a keyed number is the number of, for example `Case`; the first kind that has one there unless told. */
  kind: RecordKind.optional(),
  /** Who is looked for by the number that calls, for example `Contact`; what the connection's rules say unless told. */
  callerKind: RecordKind.optional(),
  /** Stands before every number there and cannot be keyed, for example `INV-`. */
  prefix: z.string().max(20).default(''),
  /** Of several: none is meant, or the one that was changed last. */
  many: z.enum(['refuse', 'newest']).default('refuse'),
})
export type RecordLookup = z.output<typeof RecordLookup>

/**
 * The account or invoice, by keypad. `lookup` names an entry of `ivr.lookups`, or a connected system; null: whatever is keyed
 * is right.
 */
const Identify = z.strictObject({
  do: z.literal('identify'),
  lookup: z.union([z.string().min(1).max(40), RecordLookup]).nullable(),
  digits: z.strictObject({
    min: z.number().int().min(1).max(mostKeys),
    max: z.number().int().min(1).max(mostKeys),
  }),
  next: StepName,
  /** Several records have the keyed number; `failed` unless told. */
  several: StepName.optional(),
  failed: StepName,
})
/** Says what is due. `change`: what else the caller may pay, in minor units; null: nothing else. */
const Amount = z.strictObject({
  do: z.literal('amount'),
  change: z.strictObject({ minMinor: Minor, maxMinor: Minor }).nullable(),
  next: StepName,
  failed: StepName,
})
/** The card, field by field, as `collection.fields` has it. With `confirm` its last four digits are read back. */
const Card = z.strictObject({
  do: z.literal('card'),
  confirm: z.boolean().default(true),
  /** Where 0 leads when the last four are read back. */
  agent: StepName.optional(),
  next: StepName,
  cancelled: StepName,
  failed: StepName,
})
/**
 * Offers the card that is kept for the customer whom the look-up named. Where there is none nothing is said, and `another`
 * follows. The security code is keyed again where the merchant's rule asks for it, or always.
 */
const StoredCard = z.strictObject({
  do: z.literal('stored-card'),
  csc: z.enum(['as-configured', 'ask']).default('as-configured'),
  next: StepName,
  /** The caller wants another card, or none is kept. */
  another: StepName,
  cancelled: StepName,
  failed: StepName,
})
const Pay = z.strictObject({
  do: z.literal('pay'),
  approved: StepName,
  /** As long as there are attempts left; then `failed`. */
  declined: StepName,
  unknown: StepName,
  failed: StepName,
})
/** The confirmation number, digit by digit. */
const Confirmation = z.strictObject({ do: z.literal('confirmation'), next: StepName })
/** By text message, to the number that the caller calls from. */
const Receipt = z.strictObject({ do: z.literal('receipt'), next: StepName })
/** The same payment by a link that is sent by text message. */
const PayLink = z.strictObject({ do: z.literal('pay-link'), next: StepName, failed: StepName })
/** To an agent: `client:NAME` or a number in E.164, or an extension over SIP. */
const Transfer = z.strictObject({
  do: z.literal('transfer'),
  to: z
    .string()
    .regex(/^(client:)?[0-9A-Za-z+*#._-]{1,64}$/, 'client:NAME, a number in E.164 or an extension'),
  /** A card that has been keyed and not been charged: the agent may charge it, or it is gone. */
  card: z.enum(['keep', 'discard']),
  failed: StepName,
})
const End = z.strictObject({ do: z.literal('end'), say: Says })

export const Step = z.discriminatedUnion('do', [
  Say,
  Language,
  Menu,
  Identify,
  Amount,
  Card,
  StoredCard,
  Pay,
  Confirmation,
  Receipt,
  PayLink,
  Transfer,
  End,
])
export type Step = z.output<typeof Step>
export type StepOf<D extends Step['do']> = Extract<Step, { do: D }>
