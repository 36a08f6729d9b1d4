import { z } from 'zod'

/** Pay links: the gateway's own hosted page for one payment, sent to the caller. */

export const PayLinkState = z.enum([
  /** The gateway is being asked for its page. */
  'making',
  'open',
  /** The caller has opened it. */
  'opened',
  'paid',
  'expired',
  'withdrawn',
  /** There never was one: the gateway refused. */
  'failed',
])
export type PayLinkState = z.infer<typeof PayLinkState>

export const PayLinkChannel = z.enum(['email', 'text'])
export type PayLinkChannel = z.infer<typeof PayLinkChannel>

/** The payment's link, as the desk and the API show it. Times are epoch ms. */
export const PayLinkView = z.strictObject({
  state: PayLinkState,
  /** `hosted`: the gateway's page; `embedded`: the gateway's component on a page of ours. */
  kind: z.enum(['hosted', 'embedded']).default('hosted'),
  /** Ours: it leads to the gateway's page as long as the link is open. Null until the gateway has made that. */
  url: z.string().nullable(),
  /** Null: the merchant's system passes the address on by itself. */
  channel: PayLinkChannel.nullable(),
  /** Most of it is hidden. */
  to: z.string().nullable(),
  delivery: z.enum(['none', 'sending', 'sent', 'refused', 'unclear']),
  expiresAt: z.number().int(),
  openedAt: z.number().int().nullable(),
})
export type PayLinkView = z.infer<typeof PayLinkView>

const ask = { validSeconds: z.number().int().min(30).max(86_400).default(3_600) }

export const NewPayLink = z
  .strictObject({
    kind: PayLinkView.shape.kind.describe('embedded: the gateway’s own fields on a page of ours'),
    channel: PayLinkChannel.optional(),
    to: z.string().min(3).max(254).optional().describe('An e-mail address, or a number in E.164'),
    locale: z
      .string()
      .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
      .optional()
      .describe('Of the message, for example en-GB'),
    ...ask,
  })
  .refine(({ channel, to }) => (channel === undefined) === (to === undefined), {
    path: ['to'],
    message: 'channel and to together, or neither: then the answer’s url is yours to pass on',
  })
export type NewPayLink = z.output<typeof NewPayLink>
