import { z } from 'zod'
import { AmountMinor, Currency } from '../base/money.ts'

/** Plans: payments that come due by themselves, with a card that the customer agreed is charged without them. */

const zones = (zone: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}

export const PlanSchedule = z.strictObject({
  every: z.enum(['day', 'week', 'month', 'year']),
  interval: z.number().int().min(1).max(366).default(1),
  /** The first due date in the customer's zone; later ones are counted from it, so that the 31st stays the 31st. */
  firstDate: z.iso.date(),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM')
    .default('09:00'),
  /** IANA, for example `Europe/London`. */
  zone: z.string().max(64).refine(zones, 'an IANA time zone, for example Europe/London'),
})
export type PlanSchedule = z.output<typeof PlanSchedule>

export const Dunning = z.strictObject({
  /** Days after each declined try before the next; as many more tries as there are numbers. */
  retryAfterDays: z.array(z.number().int().min(1).max(30)).max(8).default([1, 3, 5]),
  /** When the last try was declined, or the card cannot be charged at all. */
  afterwards: z.enum(['stop', 'skip', 'cancel']).default('stop'),
})
export type Dunning = z.output<typeof Dunning>

const card = {
  storedCardId: z.string().max(64).optional(),
  firstPaymentId: z
    .string()
    .max(64)
    .optional()
    .describe('The payment at which the card is being kept: the plan begins once that is approved'),
}

export const NewPlan = z
  .strictObject({
    kind: z.enum(['renewal', 'instalments', 'balance']),
    ...card,
    reference: z.string().trim().min(1).max(64),
    description: z.string().trim().max(200).optional(),
    currency: Currency,
    /** Of each renewal; of all instalments together; of the balance. */
    amountMinor: AmountMinor,
    /** How often; a balance is due once. */
    count: z.number().int().min(1).max(1_000).optional(),
    schedule: PlanSchedule,
    dunning: Dunning.prefault({}),
  })
  .refine(
    ({ storedCardId, firstPaymentId }) => (storedCardId === undefined) !== (firstPaymentId === undefined),
    {
      path: ['storedCardId'],
      message: 'name the card by one of storedCardId and firstPaymentId',
    },
  )
  .refine(({ kind, count }) => kind !== 'instalments' || count !== undefined, {
    path: ['count'],
    message: 'into how many instalments',
  })
  .refine(({ kind, count = 1 }) => kind !== 'balance' || count === 1, {
    path: ['count'],
    message: 'a balance is due once',
  })
export type NewPlan = z.output<typeof NewPlan>

/** What comes due from the next run on; the card is another at once. */
export const ChangePlan = z.strictObject({
  storedCardId: z.string().max(64).optional(),
  /** Of each renewal; instalments and balances keep theirs. */
  amountMinor: AmountMinor.optional(),
  schedule: PlanSchedule.optional(),
})
export type ChangePlan = z.output<typeof ChangePlan>

export const PlanStatus = z.enum(['waiting', 'active', 'paused', 'stopped', 'cancelled', 'completed'])
export type PlanStatus = z.infer<typeof PlanStatus>

export const PlanRun = z.strictObject({
  number: z.number().int(),
  dueAt: z.number().int(),
  amountMinor: AmountMinor,
  state: z.enum(['open', 'paid', 'failed', 'skipped']),
  paymentId: z.string(),
  because: z.string().nullable(),
})
export type PlanRun = z.infer<typeof PlanRun>

export const PlanResource = z.strictObject({
  id: z.string(),
  kind: z.enum(['renewal', 'instalments', 'balance']),
  /** `stopped`: dunning is over, or the card cannot be charged; resume it, or give it another card. */
  status: PlanStatus,
  because: z.string().nullable(),
  customer: z.string(),
  storedCardId: z.string().nullable(),
  firstPaymentId: z.string().nullable(),
  reference: z.string(),
  description: z.string().nullable(),
  currency: Currency,
  amountMinor: AmountMinor,
  count: z.number().int().nullable(),
  schedule: PlanSchedule,
  dunning: Dunning,
  runsDone: z.number().int(),
  /** Epoch ms; null when nothing comes due. */
  nextDueAt: z.number().int().nullable(),
  /** Of a run that was declined: when its card is tried again, epoch ms; null when nothing waits for that. */
  nextTryAt: z.number().int().nullable(),
  /** Oldest first. */
  runs: z.array(PlanRun),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type PlanResource = z.infer<typeof PlanResource>

export const PlanEventType = z.enum([
  'plan.activated',
  'plan.changed',
  'plan.paused',
  'plan.resumed',
  'plan.run-paid',
  'plan.run-failed',
  'plan.stopped',
  'plan.card-expiring',
  'plan.completed',
  'plan.cancelled',
])
export type PlanEventType = z.infer<typeof PlanEventType>

export const PlanEvent = z.strictObject({
  type: PlanEventType,
  timestamp: z.iso.datetime(),
  data: PlanResource.omit({ runs: true, nextTryAt: true }).extend({
    merchantId: z.string(),
    /** The run that it is about; null when it is about none. */
    run: PlanRun.nullable(),
  }),
})
export type PlanEvent = z.infer<typeof PlanEvent>
