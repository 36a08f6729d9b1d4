import { z } from 'zod'

const AccountCode = z.string().regex(/^[\w.-]{1,10}$/, 'an account code of the chart of accounts')

/** One organisation in Xero. */
export const Settings = z.strictObject({
  /** Found when connected, if the one who agreed has one organisation only. */
  tenantId: z.uuid().optional(),
  /** The bank or clearing account that the gateway pays out to. Payments have to be enabled to it. */
  accountCode: AccountCode,
  /** The account on the lines of credit notes: sales, as a rule. */
  refundAccountCode: AccountCode,
  /** `payment`: money that went back. `allocate`: the credit reduces what is due on the same invoice. */
  refundAs: z.enum(['payment', 'allocate']).default('payment'),
  lineAmountTypes: z.enum(['Inclusive', 'Exclusive', 'NoTax']).default('Inclusive'),
  taxType: z.string().max(50).optional(),
  scope: z.string().max(300).default('offline_access accounting.transactions'),
})
export type Settings = z.output<typeof Settings>
