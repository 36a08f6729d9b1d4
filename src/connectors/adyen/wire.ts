import { z } from 'zod'

/** What Adyen's Checkout API v72 answers, as far as we read it; objects are open for what it adds one day. */
const Reference = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

export const Amount = z.object({
  value: z.number().int().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/),
})

export const PaymentResponse = z.object({
  resultCode: z.enum([
    'Authorised',
    'PartiallyAuthorised',
    'Refused',
    'Error',
    'Cancelled',
    'Pending',
    'Received',
    'RedirectShopper',
    'IdentifyShopper',
    'ChallengeShopper',
    'PresentToShopper',
    'AuthenticationFinished',
    'AuthenticationNotRequired',
    'Success',
  ]),
  pspReference: Reference.nullish(),
  merchantReference: z.string().nullish(),
  amount: Amount.nullish(),
  refusalReasonCode: z
    .string()
    .regex(/^\d{1,4}$/)
    .nullish(),
  additionalData: z.record(z.string(), z.unknown()).nullish(),
})
export type PaymentResponse = z.output<typeof PaymentResponse>

/** Received, and nothing more: what came of it is told by webhook. */
export const Modification = z.object({
  status: z.literal('received'),
  pspReference: Reference,
  paymentPspReference: z.string().nullish(),
  paymentReference: z.string().nullish(),
  amount: Amount.nullish(),
})

export const ServiceError = z.object({
  errorCode: z.string().regex(/^[A-Za-z0-9_]{1,32}$/),
  errorType: z.string(),
})

/** Standard webhooks, which come in batches. `success` is a word, not a truth value. */
export const NotificationItem = z.object({
  pspReference: z.string().min(1),
  originalReference: z.string().nullish(),
  merchantAccountCode: z.string(),
  merchantReference: z.string(),
  amount: Amount,
  eventCode: z.string(),
  success: z.enum(['true', 'false']),
  additionalData: z.looseObject({ hmacSignature: z.string().nullish() }).nullish(),
})
export type NotificationItem = z.output<typeof NotificationItem>

export const Notification = z.object({
  notificationItems: z
    .array(z.object({ NotificationRequestItem: NotificationItem }))
    .min(1)
    .max(100),
})
