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
/** The account or invoice, by keypad. `lookup` names an entry of `ivr.lookups`; null: whatever is keyed is right. */
const Identify = z.strictObject({
  do: z.literal('identify'),
  lookup: z.string().min(1).max(40).nullable(),
  digits: z.strictObject({
    min: z.number().int().min(1).max(mostKeys),
    max: z.number().int().min(1).max(mostKeys),
  }),
  next: StepName,
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
  Pay,
  Confirmation,
  Receipt,
  PayLink,
  Transfer,
  End,
])
export type Step = z.output<typeof Step>
export type StepOf<D extends Step['do']> = Extract<Step, { do: D }>
