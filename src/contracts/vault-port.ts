import { z } from 'zod'
import { CardBrand, CardSummary, KeyedFault, KeyedField, KeyedSummary } from './card.ts'
import { GatewayCall, GatewayReply } from './gateway-call.ts'
import { PostedAnswer, PostedCard } from './posted-card.ts'

const CollectionId = z.string().regex(/^col_[0-9a-z]{26}$/)
const InCollection = z.strictObject({ collectionId: CollectionId })

export const CollectionLimits = z.strictObject({
  /** From the moment a field is asked for to its first digit, in ms. */
  firstDigitMs: z.number().int().min(1_000).max(600_000),
  /** Between two digits of a field, in ms. */
  betweenDigitsMs: z.number().int().min(500).max(600_000),
  /** The whole collection, in ms. */
  wholeMs: z.number().int().min(5_000).max(3_600_000),
})
export type CollectionLimits = z.infer<typeof CollectionLimits>

export const OpenCollection = z.strictObject({
  collectionId: CollectionId,
  /** The connector whose policy the card process will obey. */
  connector: z.string(),
  /** The gateway's origin: must be one that the vault's own policy lists. */
  origin: z.string(),
  /** Those of a card, or those of one kind of bank account. */
  fields: z.array(KeyedField).min(1),
  acceptedBrands: z.array(CardBrand).min(1).optional(),
  /** A card that the gateway keeps: only its security code is keyed again, and this is what it is known by. */
  keptCard: CardSummary.optional(),
  limits: CollectionLimits,
})
export type OpenCollection = z.infer<typeof OpenCollection>

export const CollectionOpened = z.strictObject({
  /** One-time right to append digits to this collection: 32 bytes, base64url. Given to the bridge, never logged. */
  ticket: z.string().length(43),
  /** Unix socket on which the card process of this collection takes digits. */
  digitsPath: z.string(),
})
export type CollectionOpened = z.infer<typeof CollectionOpened>

/** One protection of the vault's processes, and whether it is in force on this machine. */
export const Protection = z.strictObject({
  protection: z.string(),
  on: z.boolean(),
  /** Why it is off, or how it was seen to be on. */
  because: z.string(),
  /** Production refuses to start without it. */
  required: z.boolean(),
})
export const Posture = z.strictObject({ platform: z.string(), protections: z.array(Protection) })
export type Posture = z.infer<typeof Posture>

/** Why a collection ended without a card. */
export const CollectionEnd = z.enum([
  'discarded',
  'caller-cancelled',
  'first-digit-timeout',
  'between-digits-timeout',
  'whole-timeout',
  'control-lost',
  'card-process-died',
])
export type CollectionEnd = z.infer<typeof CollectionEnd>

/** vault → control, unasked. No digit, ever: counts, states, brand and the last four. */
export const VaultEvent = z.discriminatedUnion('type', [
  /** The card process waits for this field's first digit. */
  z.strictObject({ type: z.literal('field-asked'), collectionId: CollectionId, field: KeyedField }),
  z.strictObject({
    type: z.literal('field-progressed'),
    collectionId: CollectionId,
    field: KeyedField,
    /** Digits held so far. */
    length: z.number().int().min(0).max(19),
    brand: CardBrand.optional(),
  }),
  z.strictObject({
    type: z.literal('field-accepted'),
    collectionId: CollectionId,
    field: KeyedField,
    length: z.number().int(),
  }),
  /** The field was emptied and is asked for again. */
  z.strictObject({
    type: z.literal('field-rejected'),
    collectionId: CollectionId,
    field: KeyedField,
    fault: KeyedFault,
  }),
  z.strictObject({
    type: z.literal('field-cleared'),
    collectionId: CollectionId,
    field: KeyedField,
    by: z.enum(['caller', 'agent']),
  }),
  /** Nothing runs out any more, or does again; a `deadline-moved` goes before the latter. */
  z.strictObject({ type: z.literal('suspended'), collectionId: CollectionId, suspended: z.boolean() }),
  z.strictObject({
    type: z.literal('deadline-moved'),
    collectionId: CollectionId,
    deadlineAt: z.number().int(),
  }),
  /** Every field is valid. The digits socket is closed; the card waits for `send` or `discard`. */
  z.strictObject({ type: z.literal('collected'), collectionId: CollectionId, card: KeyedSummary }),
  /**
   * A voice provider posted a card at the pay door. The collection waits for `send` and then for `answer-posted`; nobody
   * opened it, and the one who hears of it owns it.
   */
  PostedCard.extend({ type: z.literal('card-posted'), collectionId: CollectionId }),
  /** The card process of this collection has zeroed its memory and is gone from the process table. */
  z.strictObject({
    type: z.literal('ended'),
    collectionId: CollectionId,
    why: z.union([CollectionEnd, z.literal('finished')]),
  }),
])
export type VaultEvent = z.infer<typeof VaultEvent>

/**
 * control → vault, over vault.sock.
 * A collection belongs to the connection that opened it: when that connection is lost, it is discarded.
 */
export const vaultContract = {
  methods: {
    'open-collection': { params: OpenCollection, result: CollectionOpened },
    /** Empties a field and everything after it; the caller is asked for it again. */
    'clear-field': { params: InCollection.extend({ field: KeyedField }), result: z.null() },
    /** Empties all fields and starts with the first again. */
    restart: { params: InCollection, result: z.null() },
    /** Moves the deadline of the whole collection, and that of the digit that is waited for, by `byMs`. */
    extend: {
      params: InCollection.extend({ byMs: z.number().int().min(1_000).max(600_000) }),
      result: z.null(),
    },
    /**
     * Stops all time limits while the caller is on hold, and lets them go on: the whole one where it was, the one of the
     * next digit anew. Digits that come meanwhile count. Harmless when it is so already, or when the card is complete.
     */
    suspend: { params: InCollection.extend({ suspended: z.boolean() }), result: z.null() },
    /**
     * Fills the slots of one call, sends it and answers with the scrubbed reply. Only a collected card can be sent.
     * With `last`, the card process zeroes and exits after the reply, and the collection ends as `finished`; a reply
     * of `not-sent` keeps the card, so that the same call may be tried again.
     */
    send: { params: InCollection.extend({ call: GatewayCall, last: z.boolean() }), result: GatewayReply },
    /** What the provider is answered. The card process then ends. */
    'answer-posted': { params: InCollection.extend({ answer: PostedAnswer }), result: z.null() },
    /** Zeroes and ends the card process. Answers when the process is gone. Harmless when it is gone already. */
    discard: { params: InCollection, result: z.null() },
    /** The collections that this vault still holds, whoever opened them. */
    list: { params: z.strictObject({}), result: z.strictObject({ collectionIds: z.array(CollectionId) }) },
    posture: { params: z.strictObject({}), result: Posture },
  },
  event: VaultEvent,
} as const
export type VaultContract = typeof vaultContract
