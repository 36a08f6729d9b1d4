import { z } from 'zod'
import { CardField, CardSummary, FieldFault } from './card.ts'

/**
 * A card that a voice provider collected and posts to us, in the shape of Twilio's Generic Pay Connector and Telnyx.
 * https://www.twilio.com/docs/voice/twiml/pay/generic-pay-connector
 * https://developers.telnyx.com/docs/voice/programmable-voice/pay
 *
 * What is left of the request once the card process has taken the card out of it: no digit but the last four.
 */
export const PostedRequest = z.strictObject({
  method: z.enum(['charge', 'tokenize']),
  /** Names the intent at the provider: the same again is the same payment. */
  transactionId: z.string().regex(/^[\x21-\x7e]{1,100}$/),
  /** Decimal, as it came: `10.50`. */
  amount: z.string().max(16).nullable(),
  currencyCode: z
    .string()
    .regex(/^[A-Za-z]{3}$/)
    .nullable(),
  description: z.string().max(200).nullable(),
  /** Of `parameters`: the merchant's own name for the order. */
  reference: z.string().max(64).nullable(),
  /** Which fields came with it. */
  fields: z.array(CardField),
})
export type PostedRequest = z.infer<typeof PostedRequest>

/** Why the posted card was not taken; nothing of it is kept. */
export const PostedFault = z.strictObject({ field: CardField, fault: FieldFault })
export type PostedFault = z.infer<typeof PostedFault>

export const PostedCard = z.strictObject({
  /** The door's name in the configuration. */
  door: z.string().max(32),
  request: PostedRequest,
  /** Null: the card was refused, for `fault`. */
  card: CardSummary.nullable(),
  fault: PostedFault.nullable(),
})
export type PostedCard = z.infer<typeof PostedCard>

/** The answer to the provider. `error_code` not null is a decline: HTTP 200 all the same. */
export const PostedAnswer = z.strictObject({
  transaction_id: z.string(),
  charge_id: z.string().nullable(),
  token_id: z.string().nullable(),
  error_code: z.string().max(64).nullable(),
  error_message: z.string().max(200).nullable(),
})
export type PostedAnswer = z.infer<typeof PostedAnswer>
