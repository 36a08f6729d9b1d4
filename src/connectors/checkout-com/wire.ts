import { z } from 'zod'

/** What Checkout.com's payments API answers, as far as we read it; objects are open for what it adds one day. */
const Id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[a-z0-9]{1,64}$`))
const ResponseCode = z.string().regex(/^\d{5}$/)
const Amount = z.number().int().nonnegative()
const Currency = z.string().regex(/^[A-Z]{3}$/)

export const Status = z.enum([
  'Pending',
  'Authorized',
  'Card Verified',
  'Captured',
  'Partially Captured',
  'Refunded',
  'Partially Refunded',
  'Declined',
  'Canceled',
  'Voided',
  'Expired',
])

/** A payment as it is answered to its request, and as it is found later. */
export const Payment = z.object({
  id: Id('pay'),
  status: Status,
  approved: z.boolean().nullish(),
  amount: Amount,
  currency: Currency,
  reference: z.string(),
  response_code: ResponseCode.nullish(),
  auth_code: z.string().max(32).nullish(),
  scheme_id: z.string().nullish(),
  source: z.object({ id: Id('src').nullish() }).nullish(),
  customer: z.object({ id: Id('cus').nullish() }).nullish(),
})
export type Payment = z.output<typeof Payment>

/** 202: somebody has to do something first. With a link, it is the cardholder, in front of a screen. */
export const Pending = z.object({
  id: Id('pay'),
  status: z.literal('Pending'),
  reference: z.string(),
  _links: z.object({ redirect: z.object({ href: z.string() }).nullish() }).nullish(),
})

export const Found = z.object({
  total_count: z.number().int().nonnegative(),
  data: z.array(Payment).max(100),
})

/** 202: received. What comes of it is told by webhook, and stands among the payment's actions. */
export const ActionReceived = z.object({ action_id: Id('act'), reference: z.string().nullish() })

export const Action = z.object({
  id: Id('act'),
  type: z.string(),
  amount: Amount.nullish(),
  approved: z.boolean().nullish(),
  response_code: ResponseCode.nullish(),
  reference: z.string().nullish(),
})
export const Actions = z.array(Action).max(200)

export const ErrorBody = z.object({
  error_type: z.string(),
  error_codes: z.array(z.string().regex(/^[a-z0-9_]{1,64}$/)).min(1),
})

export const Event = z.object({
  id: Id('evt'),
  type: z.string(),
  data: z.object({
    id: z.string(),
    reference: z.string().nullish(),
    amount: Amount.nullish(),
    currency: Currency.nullish(),
  }),
})
export type Event = z.output<typeof Event>
