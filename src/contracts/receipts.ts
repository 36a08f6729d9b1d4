import { z } from 'zod'

/** Receipts: where they go, what they look like, and what became of them. Times are epoch ms. */

export const ReceiptChannel = z.enum(['email', 'text'])
export type ReceiptChannel = z.infer<typeof ReceiptChannel>

export const ReceiptKind = z.enum(['sale', 'refund'])
export type ReceiptKind = z.infer<typeof ReceiptKind>

const Locale = z
  .string()
  .max(35)
  .refine((tag) => isKnown(() => Intl.getCanonicalLocales(tag)), 'a BCP 47 tag, for example en-GB')

/** Where the caller wants the receipts of a payment, and that they said so. */
export const ReceiptOrder = z.strictObject({
  channel: ReceiptChannel,
  to: z.string().trim().min(3).max(254).describe('An e-mail address, or a telephone number in E.164'),
  locale: Locale.optional().describe('Language, amounts and dates; the merchant’s unless told'),
  consent: z.literal(true).describe('The caller has agreed to be sent the receipt at this address'),
})

/**
 * - `wanted`: goes out when the money has moved
 * - `sending`: on its way, or being tried again
 * - `sent`, `refused`: for good
 * - `unclear`: whether it was sent could not be found out; a person decides, and replays the delivery or not
 */
export const ReceiptState = z.enum(['wanted', 'sending', 'sent', 'refused', 'unclear'])

export const ReceiptResource = z.strictObject({
  /** Null while there is nothing to write a receipt of yet. */
  id: z.string().nullable(),
  paymentId: z.string(),
  kind: ReceiptKind,
  channel: ReceiptChannel,
  to: z.string(),
  state: ReceiptState,
  because: z.string().nullable(),
  sentAt: z.number().int().nullable(),
})
export type ReceiptResource = z.infer<typeof ReceiptResource>

const text = (most: number) => z.string().trim().max(most)

/** What the merchant's receipts look like. */
export const ReceiptSettings = z.strictObject({
  merchantName: text(80).min(1),
  address: text(300).default(''),
  contactEmail: text(254).default(''),
  contactPhone: text(40).default(''),
  website: text(200).default(''),
  logoUrl: z
    .url({ protocol: /^https$/, message: 'an https:// address' })
    .max(500)
    .nullable()
    .default(null),
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'a colour as #rrggbb')
    .default('#16324f'),
  refundPolicy: text(600).default(''),
  locale: Locale.default('en-GB'),
  timeZone: z
    .string()
    .refine((zone) => isKnown(() => Intl.DateTimeFormat('en', { timeZone: zone })), 'an IANA time zone')
    .default('Europe/London'),
})
export type ReceiptSettings = z.infer<typeof ReceiptSettings>

/** The parts of a receipt that a merchant may write anew; mustache with a closed set of fields. */
export const TemplatePart = z.enum(['email-subject', 'email-html', 'email-text', 'text'])
export type TemplatePart = z.infer<typeof TemplatePart>

export const TemplateBody = z.string().min(1).max(60_000)

export const TemplateResource = z.strictObject({
  kind: ReceiptKind,
  part: TemplatePart,
  /** `default` is ours. */
  source: z.enum(['default', 'merchant']),
  body: z.string(),
})
export type TemplateResource = z.infer<typeof TemplateResource>

export const PreviewOrder = z.strictObject({
  kind: ReceiptKind,
  /** One of the merchant's own payments; an example unless told. */
  paymentId: z.string().max(64).optional(),
  locale: Locale.optional(),
  /** Instead of what is stored: to see it before it is. */
  settings: ReceiptSettings.optional(),
  parts: z.partialRecord(TemplatePart, TemplateBody).optional(),
})

export const Preview = z.strictObject({
  emailSubject: z.string(),
  emailHtml: z.string(),
  /** Where the HTML can be looked at for ten minutes, in a frame that runs nothing. */
  htmlUrl: z.string(),
  emailText: z.string(),
  text: z.string(),
})
export type Preview = z.infer<typeof Preview>

function isKnown(ask: () => unknown): boolean {
  try {
    ask()
    return true
  } catch {
    return false
  }
}
