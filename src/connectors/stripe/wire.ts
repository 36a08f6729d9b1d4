import { z } from 'zod'

/**
 * What Stripe answers, API version 2023-08-16, as far as we read it. Objects are open on purpose: a field that Stripe
 * adds one day must not turn an approval into an unknown outcome.
 */
const Id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[A-Za-z0-9_]{1,120}$`))

/** Integer of Stripe's units, which are not always ISO 4217's: see `amounts`. */
const Amount = z.number().int().nonnegative().max(99_999_999_999)
const CurrencyCode = z.string().regex(/^[a-z]{3}$/)

/** A resource that may be an id, or the resource itself. */
const Code = z.string().regex(/^[a-z0-9_]{1,64}$/)

export const CardError = z.object({ code: Code.nullish(), decline_code: Code.nullish(), type: z.string() })
export type CardError = z.output<typeof CardError>

export const PaymentMethod = z.object({
  object: z.literal('payment_method'),
  id: Id('pm'),
  /** Whom it is kept for; null where nobody can use it again. */
  customer: z.string().nullish(),
})

export const Customer = z.object({ object: z.literal('customer'), id: Id('cus') })

export const PaymentIntent = z.object({
  object: z.literal('payment_intent'),
  id: Id('pi'),
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'canceled',
    'succeeded',
  ]),
  amount: Amount,
  amount_capturable: Amount.nullish(),
  amount_received: Amount.nullish(),
  currency: CurrencyCode,
  metadata: z.record(z.string(), z.string()),
  payment_method_types: z.array(z.string()).nullish(),
  next_action: z.object({ type: z.string() }).nullish(),
  last_payment_error: CardError.nullish(),
})
export type PaymentIntent = z.output<typeof PaymentIntent>

export const FoundIntents = z.object({
  object: z.literal('search_result'),
  data: z.array(PaymentIntent).max(100),
})

export const SetupIntent = z.object({
  object: z.literal('setup_intent'),
  id: Id('seti'),
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'canceled',
    'succeeded',
  ]),
  payment_method: Id('pm').nullish(),
  last_setup_error: CardError.nullish(),
})

export const Refund = z.object({
  object: z.literal('refund'),
  id: Id('re'),
  status: z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']),
  amount: Amount,
  currency: CurrencyCode,
  payment_intent: Id('pi').nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
})

export const Refunds = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(Refund).max(100),
})

export const ErrorBody = z.object({
  error: CardError.extend({ payment_intent: z.object({ id: z.string() }).nullish() }),
})

const BalanceTransaction = z.object({
  id: Id('txn'),
  amount: z.number().int(),
  fee: z.number().int(),
  net: z.number().int(),
  currency: CurrencyCode,
  source: z.string().nullish(),
  type: z.string(),
  /** Unix seconds. */
  available_on: z.number().int(),
})
export type BalanceTransaction = z.output<typeof BalanceTransaction>

export const BalancePage = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(BalanceTransaction).max(100),
})

/** The resource that an event is about, as far as all of them agree. */
export const Event = z.object({
  object: z.literal('event'),
  id: Id('evt'),
  type: z.string(),
  data: z.object({
    object: z.object({
      id: z.string(),
      amount: Amount.nullish(),
      amount_received: Amount.nullish(),
      currency: CurrencyCode.nullish(),
      status: z.string().nullish(),
      payment_intent: z.string().nullish(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
})
export type Event = z.output<typeof Event>
