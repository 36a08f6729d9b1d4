import { z } from 'zod'
import { AmountMinor, Currency } from '../base/money.ts'
import { BankAccountView, NewBankAccount, TakenAccounts } from './bank-account.ts'
import { KeyedFault, KeyedField, ShownBrand } from './card.ts'
import { OperationResource } from './operations.ts'
import { PayLinkView } from './pay-links.ts'
import { DeclineReason, PaymentStatus } from './payment-events.ts'
import { ReceiptOrder } from './receipts.ts'
import { Right } from './rights.ts'
import { KeepCard } from './stored-cards.ts'

/** The public API's resources, as the desk, the tests and merchants' systems read them. Times are epoch ms. */

export const LegState = z.enum(['ringing', 'joined', 'reconnecting', 'left'])
export const CallResource = z.strictObject({
  id: z.string(),
  status: z.enum(['ringing', 'live', 'ended']),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string(),
  to: z.string(),
  provider: z.string(),
  providerCallId: z.string(),
  caller: LegState,
  /** `left` all along in a call without an agent (self-service). */
  agent: LegState,
  /** True only while the bridge confirms that the caller→agent path is masked. */
  masked: z.boolean(),
  /** What the telephone, the merchant's system or the agent said of it: payments of the call inherit their record from it. */
  metadata: z.record(z.string(), z.string()).default({}),
  startedAt: z.number().int(),
  endedAt: z.number().int().nullable(),
  /** Of a call over SIP, while it goes on: both legs' Call-IDs (the same behind a proxy), and what the edge told. */
  sip: z
    .strictObject({
      callerCallId: z.string(),
      agentCallId: z.string(),
      /** The agent whom the call was put through to, as the PBX names them; else the number on the PBX's side. */
      agentExtension: z.string(),
      metadata: z.record(z.string(), z.string()),
    })
    .optional(),
})
export type CallResource = z.infer<typeof CallResource>

/** A key of metadata, the merchant's own. */
export const MetadataKey = z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/)

/** What is not named stays as it is; null takes an entry away. */
export const EditCall = z.strictObject({
  metadata: z
    .record(MetadataKey, z.string().trim().min(1).max(500).nullable())
    .refine((entries) => Object.keys(entries).length <= 20, 'twenty entries at most')
    .describe('For example {"crmRecord": "Case:500…"}; see docs/crm'),
})

/** What edges tell under these names has a meaning of its own (docs/sip.md). */
const toldByEdges: ReadonlySet<string> = new Set([
  ...['from', 'to', 'agent', 'merchant', 'self-service'],
  ...['caller-call-id', 'agent-call-id'],
])

/** A caller is about to be transferred to the payment number: who is called back, and who gets the money. */
export const NewTransfer = z.strictObject({
  agentExtension: z
    .string()
    .regex(/^[0-9A-Za-z+*#._-]{1,64}$/, 'the user part of a SIP address')
    .describe('Who is called back and joined with the caller: an extension of the PBX'),
  /** How long the number may be used. */
  validSeconds: z.number().int().min(10).max(3_600).default(600),
  metadata: z
    .record(
      MetadataKey,
      z
        .string()
        .trim()
        .min(1)
        .max(200)
        .regex(/^[^|]*$/, 'without a |'),
    )
    .refine((entries) => Object.keys(entries).length <= 5, 'five entries at most')
    .refine(
      (entries) => !Object.keys(entries).some((key) => toldByEdges.has(key)),
      'has a name that edges use',
    )
    .default({})
    .describe('Of the call that comes of it, for example {"crmRecord": "Case:500…"}'),
})
export const TransferResource = z.strictObject({
  /** To transfer the caller to; works once. */
  dial: z.string(),
  expiresAt: z.number().int(),
})
export type TransferResource = z.infer<typeof TransferResource>

export const FieldView = z.strictObject({
  field: KeyedField,
  state: z.enum(['waiting', 'asked', 'keying', 'accepted', 'rejected']),
  /** Digits held: the dots. */
  length: z.number().int(),
  fault: KeyedFault.nullable(),
})
export type FieldView = z.infer<typeof FieldView>

export const CollectionView = z.strictObject({
  id: z.string(),
  state: z.enum(['arming', 'collecting', 'collected', 'ended']),
  /** The green light: true only after the bridge confirmed the mask, false the moment that is no longer known. */
  secured: z.boolean(),
  fields: z.array(FieldView),
  brand: ShownBrand.nullable(),
  last4: z.string().nullable(),
  /** The caller is on hold: nothing runs out until they are back. Still masked, and keys still count. */
  suspended: z.boolean().default(false),
  /** When the collection gives up, epoch ms; null while it is suspended. */
  deadlineAt: z.number().int().nullable(),
  /** Why it ended without a card: a `CollectionEnd`, or `caller-hung-up`, `agent-cancelled`, `bridge-lost`, `vault-lost`, … */
  why: z.string().nullable(),
})
export type CollectionView = z.infer<typeof CollectionView>

export const PaymentResource = z.strictObject({
  id: z.string(),
  callId: z.string(),
  amountMinor: AmountMinor,
  currency: Currency,
  /** Taken so far, and given back of that, in minor units. */
  capturedMinor: z.number().int().nonnegative().default(0),
  refundedMinor: z.number().int().nonnegative().default(0),
  reference: z.string(),
  /** The merchant's own name for who pays; null when none was given. */
  customer: z.string().nullable().default(null),
  /** Declared to the gateway as a mail or telephone order; null where the gateway has no word for it, or before it was kept. */
  moto: z.boolean().nullable().default(null),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  capture: z.enum(['automatic', 'manual']),
  confirm: z.enum(['automatic', 'manual']),
  status: PaymentStatus,
  brand: ShownBrand.nullable(),
  last4: z.string().nullable(),
  gateway: z.string(),
  gatewayRef: z.string().nullable(),
  authCode: z.string().nullable(),
  decline: z
    .strictObject({
      reason: DeclineReason,
      gatewayCode: z.string(),
      retry: z.enum(['same-card', 'other-card', 'pay-link', 'never']),
      /** One sentence for the agent, in plain words. */
      advice: z.string(),
    })
    .nullable(),
  attempts: z.number().int(),
  /** The caller agreed that the card is kept when it is approved. */
  keepCard: KeepCard.nullable().default(null),
  /** What is keyed when it is armed: a bank account, which is debited over days, or a card. */
  method: z.enum(['card', 'bank-account']).default('card'),
  bankAccount: BankAccountView.nullable().default(null),
  /** The kept card that it is or was paid with; null when its card is or was keyed. */
  storedCardId: z.string().nullable().default(null),
  payLink: PayLinkView.nullable().default(null),
  /** Payments of one order that belong together have the same. */
  groupId: z.string().nullable().default(null),
  /** The collection now going on or the last one of this process's life; null after a restart. */
  collection: CollectionView.nullable(),
  /** Captures, voids and refunds, oldest first: with `expand=operations`. */
  operations: z.array(OperationResource).optional(),
  /** With `expand=call`; null when the call is no longer known. */
  call: CallResource.nullable().optional(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type PaymentResource = z.infer<typeof PaymentResource>

/** The three ways to name a call that goes on: exactly one of them. */
const CallNames = {
  callId: z
    .string()
    .max(255)
    .optional()
    .describe('Our id of the call, from GET /v1/calls or X-Tonewall-Call'),
  sipCallId: z.string().min(1).max(255).optional().describe('SIP Call-ID of either leg'),
  agentExtension: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Extension or address of the agent, when one call with this agent goes on'),
}

const NewPayment = z.strictObject({
  ...CallNames,
  amountMinor: AmountMinor.describe('Integer of minor units: 1050 is £10.50, and ¥1050'),
  currency: Currency,
  reference: z.string().trim().min(1).max(64).describe('Yours: an order or invoice number'),
  customer: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .optional()
    .describe('Yours: who pays, as your systems call them'),
  moto: z
    .boolean()
    .optional()
    .describe('Whether the gateway is told of a telephone order; what is set for the flow unless told'),
  description: z.string().trim().max(200).optional(),
  metadata: z.record(MetadataKey, z.string().max(500)).default({}),
  capture: z.enum(['automatic', 'manual']).default('automatic'),
  /** `automatic` authorises as soon as the card is complete; `manual` waits for POST …/confirm. */
  confirm: z.enum(['automatic', 'manual']).default('automatic'),
  bankAccount: NewBankAccount.optional().describe(
    'The caller keys a bank account instead of a card: a UK one in GBP, a US one in USD',
  ),
  keepCard: KeepCard.optional().describe('The caller agreed that the card is kept; needs customer'),
  receipts: z
    .array(ReceiptOrder)
    .max(2)
    .refine(
      (wishes) => new Set(wishes.map(({ channel }) => channel)).size === wishes.length,
      'one for each channel',
    )
    .optional()
    .describe('Where the caller wants receipts, with their consent; sent once the money has moved'),
})
export const CreatePayment = NewPayment.refine(
  ({ callId, sipCallId, agentExtension }) =>
    [callId, sipCallId, agentExtension].filter((name) => name !== undefined).length === 1,
  { path: ['callId'], message: 'name the call by one of callId, sipCallId and agentExtension' },
)
  .refine(({ bankAccount, capture }) => !bankAccount || capture === 'automatic', {
    path: ['capture'],
    message: 'automatic: a bank account is debited at once or not at all',
  })
  .refine(({ bankAccount, keepCard }) => !bankAccount || !keepCard, {
    path: ['keepCard'],
    message: 'only a card is kept',
  })

/** Amounts in minor units, which come to the payment's. */
export const SplitPayment = z.strictObject({ parts: z.array(AmountMinor).min(2).max(4) })
export const ClearField = z.strictObject({ field: KeyedField })
export const ExtendCollection = z.strictObject({ bySeconds: z.number().int().min(1).max(600).default(60) })

export const LogIn = z.strictObject({ email: z.email().max(254), password: z.string().min(1).max(1024) })
export const SessionResource = z.strictObject({
  agent: z.strictObject({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(['agent', 'supervisor', 'admin']),
  }),
  merchant: z.strictObject({ id: z.string(), name: z.string() }),
  /** What the desk offers; control decides all the same. */
  rights: z.array(Right),
  /** Of which bank accounts the merchant’s gateway takes debits. */
  bankAccounts: z.array(TakenAccounts).default([]),
  /** Present in sandbox mode only: where the simulated phone network listens. */
  sandbox: z.strictObject({ carrierUrl: z.string() }).nullable(),
})
export type SessionResource = z.infer<typeof SessionResource>

export const Page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() })

/**
 * Server-sent events of GET /v1/events. Each has an id; a client that comes back with `Last-Event-ID` gets what it
 * missed, or `reset` (followed by the state as it is now) when that is no longer held.
 */
export const DeskEvent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reset') }),
  z.strictObject({ type: z.literal('call'), call: CallResource }),
  z.strictObject({ type: z.literal('payment'), payment: PaymentResource }),
  /** What the platform itself can do now: no payment can start while a part is away. */
  z.strictObject({
    type: z.literal('platform'),
    vault: z.enum(['up', 'down']),
    bridge: z.enum(['up', 'down']),
  }),
])
export type DeskEvent = z.infer<typeof DeskEvent>

/** An error of the API: application/problem+json (RFC 9457). */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  remedy: z.enum(['fix-request', 'retry', 'inquire', 'page-someone']),
  /** The field at fault, as a JSON pointer, when there is one. */
  field: z.string().optional(),
  requestId: z.string(),
})
export type Problem = z.infer<typeof Problem>
