import { z } from 'zod'

/** A hole in a request that only the card process fills, as bytes. */
export const Slot = z.enum([
  'pan',
  'expiryMonth',
  'expiryYear',
  'expiryYearShort',
  'csc',
  'postcode',
  'sortCode',
  'routingNumber',
  'accountNumber',
])
export type Slot = z.infer<typeof Slot>

const PathSegment = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

/**
 * One field of a request body: where it stands, and a literal or a slot. `['card', 'number']` becomes
 * `{"card":{"number":…}}` in JSON and `card[number]=…` in a form. Segments that count `0`, `1`, `2` … are a list: an
 * array in JSON, `name[0]=…` in a form.
 */
export const BodyField = z.strictObject({
  path: z.array(PathSegment).min(1).max(8),
  value: z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.strictObject({ slot: Slot }),
    // A date as a bare JSON number, without a zero in front: some gateways refuse `"03"`.
    z.strictObject({ slot: z.enum(['expiryMonth', 'expiryYear']), as: z.literal('number') }),
  ]),
})
export type BodyField = z.infer<typeof BodyField>

export const Header = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  value: z.string().regex(/^[\x20-\x7e]{0,4096}$/),
})

const Filled = z.discriminatedUnion('fill', [
  /** The time of sending, as in RFC 9110 §5.6.7. */
  z.strictObject({ fill: z.literal('date') }),
  /** SHA-256 of the body with its slots filled, base64. */
  z.strictObject({ fill: z.literal('body-digest') }),
])
const HeaderText = z.string().regex(/^[\x20-\x7e]{0,4096}$/)

/**
 * A header that signs the body. Where the body has slots only the card process can compute it, so it says how instead
 * of what: the digest is a slot of its own. `keyBase64` is the account's, as the key in a header is.
 */
export const ComputedHeader = z.strictObject({
  name: Header.shape.name,
  parts: z
    .array(
      z.union([
        HeaderText,
        Filled,
        z.strictObject({
          fill: z.literal('mac'),
          keyBase64: z.base64().max(512),
          /** Signed with HMAC-SHA-256; lines are the gateway's. */
          message: z.array(z.union([z.string().regex(/^[\n\x20-\x7e]{0,4096}$/), Filled])).max(16),
        }),
      ]),
    )
    .max(8),
})
export type ComputedHeader = z.infer<typeof ComputedHeader>

/** A request to a gateway, written by a connector. `connector` and `operation` name the row of the policy that applies. */
export const GatewayCall = z.strictObject({
  connector: z.string().regex(/^[a-z0-9-]{1,32}$/),
  operation: z.string().regex(/^[a-z0-9-]{1,32}$/),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** `https://host[:port]` */
  origin: z.string().regex(/^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/),
  /** Absolute path with its query. */
  path: z.string().regex(/^\/[\x21-\x7e]{0,2047}$/),
  headers: z.array(Header).max(32),
  computedHeaders: z.array(ComputedHeader).max(8).optional(),
  body: z
    .strictObject({ encoding: z.enum(['json', 'form']), fields: z.array(BodyField).max(200) })
    .optional(),
  /** From the moment of sending to the last byte of the answer, in ms. */
  timeoutMs: z.number().int().min(100).max(120_000),
})
export type GatewayCall = z.infer<typeof GatewayCall>

/**
 * What came of a call.
 * - `answered`: a complete HTTP response, its body scrubbed of anything that looks like a card.
 * - `not-sent`: certain that no byte of the request reached the gateway; may be sent again with the same key.
 * - `no-answer`: the request may have been carried out. Inquire; never send again blindly.
 */
export const GatewayReply = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('answered'),
    status: z.number().int().min(100).max(599),
    /** Names in lower case; only content-type, request ids, retry-after and idempotency marks are passed on. */
    headers: z.record(z.string(), z.string()),
    body: z.string(),
  }),
  z.strictObject({
    kind: z.literal('not-sent'),
    because: z.enum(['refused', 'dns', 'tls', 'policy', 'timeout', 'gone']),
  }),
  z.strictObject({
    kind: z.literal('no-answer'),
    because: z.enum(['timeout', 'reset', 'truncated', 'unreadable', 'too-large', 'gone']),
  }),
])
export type GatewayReply = z.infer<typeof GatewayReply>
