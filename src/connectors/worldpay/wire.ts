import { z } from 'zod'

/** What Access Worldpay answers, as far as we read it; objects are open for what it adds one day. */
const Link = z.object({ href: z.string().max(2_000) })
const Links = z.record(z.string(), z.unknown())
const RefusalCode = z.string().regex(/^[A-Za-z0-9]{1,8}$/)

export const Action = Link

/** The actions that are possible now, by name, each a link to follow. */
const hal = { _links: Links.nullish(), _actions: Links.nullish() }

export const Payment = z.object({
  outcome: z.string(),
  transactionReference: z.string(),
  paymentId: z.string().nullish(),
  refusalCode: RefusalCode.nullish(),
  schemeReference: z.string().nullish(),
  issuer: z.object({ authorizationCode: z.string().max(32).nullish() }).nullish(),
  token: z.object({ href: z.string().min(1), schemeReference: z.string().nullish() }).nullish(),
  ...hal,
})
export type Payment = z.output<typeof Payment>

/** What a payment can be followed up with. */
export const Manage = z.object({ _actions: Links })

export const Received = z.object({ ...hal }).refine(({ _links, _actions }) => Boolean(_links ?? _actions))

export const Found = z.object({
  _embedded: z.object({
    payments: z
      .array(
        z.object({
          transactionReference: z.string(),
          paymentId: z.string().min(1),
          lastEvent: z.string(),
          refusalCode: RefusalCode.nullish(),
          value: z.object({
            amount: z.number().int().nonnegative(),
            currency: z.string().regex(/^[A-Z]{3}$/),
          }),
          ...hal,
        }),
      )
      .max(100),
  }),
})
export type Found = z.output<typeof Found>['_embedded']['payments'][number]

export const ErrorBody = z.object({ errorName: z.string().regex(/^[A-Za-z0-9]{1,64}$/) })

export const Event = z.object({
  eventId: z.string().min(1),
  eventDetails: z.object({
    classification: z.string(),
    transactionReference: z.string(),
    type: z.string(),
    amount: z
      .object({ value: z.number().int().nonnegative(), currencyCode: z.string().regex(/^[A-Z]{3}$/) })
      .nullish(),
  }),
})
export type Event = z.output<typeof Event>
