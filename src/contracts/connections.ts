import { z } from 'zod'
import { PaymentEventType } from './payment-events.ts'

/** CRMs and books, as the API, the desk and merchants' systems speak of them. Times are epoch ms. */

/** A record of a CRM or an invoice of the books: its kind in their words, and their id. */
export const RecordRef = z.strictObject({
  kind: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a kind of record, such as Contact'),
  id: z.string().regex(/^[\w.\-/ #]{1,64}$/, 'an id: at most 64 letters, digits and . - _ / #'),
})
export type RecordRef = z.infer<typeof RecordRef>

/** One field of theirs, and the template of what goes into it. */
export const MappedField = z.strictObject({
  field: z.string().regex(/^[\w.:-]{1,80}$/, 'a field’s API name: letters, digits and _ . : -'),
  template: z.string().max(2_000),
  as: z.enum(['text', 'number', 'boolean']).default('text'),
})
export const Mapping = z.array(MappedField).max(60)
export type Mapping = z.infer<typeof Mapping>

/**
 * - `authorisation-code`: a person of the merchant agrees in a browser; with PKCE where the other side knows it
 * - `client-credentials`: id and secret of an app that acts for a user of its own
 * - `jwt-bearer`: an assertion signed with a private key (RFC 7523)
 * - `fixed-token`: a token that is given once and does not expire
 */
export const Grant = z.enum(['authorisation-code', 'client-credentials', 'jwt-bearer', 'fixed-token'])
export type Grant = z.infer<typeof Grant>

/** Which record a payment belongs to, when nobody has said so. */
export const RecordRules = z.strictObject({
  /** The entry of a payment's metadata that names the record, `Contact:003…` or an id alone. */
  metadataKey: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,40}$/)
    .default('crmRecord'),
  /** Take the payment's own reference when there is no such entry: an invoice number, a ticket number. */
  orReference: z.boolean().default(false),
  /** Else look for the caller's number. */
  byPhone: z.boolean().default(true),
  /** The kind that is looked for; the adapter's first unless told. */
  kind: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/)
    .nullable()
    .default(null),
  /** Nobody has the number: a person names the record, or nothing is written. */
  none: z.enum(['hold', 'skip']).default('hold'),
  /** Several have it: a person chooses, or it is the one that was changed last. */
  many: z.enum(['hold', 'newest']).default('hold'),
  /** ISO 3166-1 alpha-2: of numbers without a country code. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('GB'),
})
export type RecordRules = z.output<typeof RecordRules>

const Settings = z.record(z.string(), z.unknown())
const Events = z.array(PaymentEventType).max(12)
const Name = z.string().trim().min(1).max(80)
const ClientSecret = z
  .string()
  .min(1)
  .max(8_000)
  .describe('The app’s secret, its private key (PKCS #8 PEM) or the fixed token; never shown again')
const origin = z.string().regex(/^https?:\/\/[a-z0-9.[\]:-]+$/i, 'http(s)://host[:port], without a path')

export const NewConnection = z.strictObject({
  adapter: z.string().max(20).describe('salesforce, hubspot, zendesk, xero or generic'),
  name: Name,
  grant: Grant.describe('How we are let in; see docs/crm for what each system knows'),
  clientId: z.string().max(300).default('').describe('Of the app that you made there; none with fixed-token'),
  clientSecret: ClientSecret,
  settings: Settings.default({}),
  mapping: Mapping.optional(),
  events: Events.optional(),
  rules: RecordRules.prefault({}),
  origins: z
    .strictObject({ api: origin, identity: origin })
    .optional()
    .describe('Sandbox mode only: a stand-in on this machine'),
})
export type NewConnection = z.output<typeof NewConnection>

export const ConnectionEdit = z.strictObject({
  name: Name.optional(),
  settings: Settings.optional(),
  mapping: Mapping.optional(),
  events: Events.optional(),
  rules: RecordRules.optional(),
  clientId: z.string().max(300).optional(),
  clientSecret: ClientSecret.optional(),
})
export type ConnectionEdit = z.output<typeof ConnectionEdit>

/** A connection as the API shows it: no secret and no token. */
export const ConnectionResource = z.strictObject({
  id: z.string(),
  adapter: z.string(),
  name: z.string(),
  state: z.enum(['open', 'connected', 'disabled']).describe('`open`: made, and not connected yet'),
  disabledBecause: z.string().nullable(),
  grant: Grant,
  clientId: z.string(),
  settings: Settings,
  mapping: Mapping,
  events: Events,
  rules: RecordRules,
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type ConnectionResource = z.output<typeof ConnectionResource>

export const Connecting = z.strictObject({
  connection: ConnectionResource,
  authoriseUrl: z.string().nullable().describe('Where somebody has to agree, in a browser'),
})
export type Connecting = z.output<typeof Connecting>

/** What can be connected, and what a mapping can name: what the desk needs to offer it. */
export const AdapterResource = z.strictObject({
  id: z.string(),
  name: z.string(),
  sort: z.enum(['crm', 'accounting']),
  grants: z.array(Grant),
  recordKinds: z.array(z.string()),
  events: Events,
  mapping: Mapping,
  values: z.array(z.string()).describe('What templates can name: `{{amount}}`'),
  settings: z.record(z.string(), z.unknown()).describe('JSON Schema'),
})
export type AdapterResource = z.output<typeof AdapterResource>

export const PreviewOrder = z.strictObject({
  paymentId: z.string().max(64).optional().describe('The newest payment unless told'),
  mapping: Mapping.optional().describe('Instead of the one that is kept'),
  settings: Settings.optional().describe('Instead of those that are kept'),
})
export type PreviewOrder = z.output<typeof PreviewOrder>

/** What would be written of a real payment. Nothing is sent. */
export const Preview = z.strictObject({
  paymentId: z.string(),
  eventType: z.string(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  faults: z.array(z.strictObject({ field: z.string(), because: z.string() })),
  firstRequest: z
    .strictObject({ method: z.string(), path: z.string(), body: z.unknown().optional() })
    .nullable(),
  /** Why there is no request. */
  because: z.string().nullable(),
})
export type Preview = z.output<typeof Preview>
