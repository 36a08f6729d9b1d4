import { z } from 'zod'

const PropertyName = z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'a property’s internal name')

/** One HubSpot account. */
export const Settings = z.strictObject({
  /** Counts the account's allowance; in the address bar of the account. */
  portalId: z.string().regex(/^\d{1,12}$/, 'the number of the account (Hub ID)'),
  /** A record of the payments object, or a note. */
  object: z.enum(['commerce_payments', 'notes']).default('commerce_payments'),
  /** A property of that object that only takes unique values. */
  uniqueProperty: PropertyName.default('tonewall_payment'),
})
export type Settings = z.output<typeof Settings>
