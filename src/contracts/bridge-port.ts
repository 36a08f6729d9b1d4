import { z } from 'zod'
import { PromptRef } from './prompts.ts'

const CallId = z.string().regex(/^call_[0-9a-z]{26}$/)
const CollectionId = z.string().regex(/^col_[0-9a-z]{26}$/)

export const LegRole = z.enum(['caller', 'agent'])
export type LegRole = z.infer<typeof LegRole>

/** Why a leg's media ended. */
export const LegEnd = z.enum([
  'provider-stopped',
  'stream-lost',
  'protocol-violation',
  'replaced',
  'call-released',
  'bridge-stopping',
])
export type LegEnd = z.infer<typeof LegEnd>

export const LegView = z.strictObject({
  role: LegRole,
  /** The provider's name of the media stream, for example Twilio's `MZ…`; absent until it has joined. */
  streamSid: z.string().optional(),
})

/** What the signalling says of a call that came over SIP. Control knows of no other way that such a call exists. */
export const SipFacts = z.strictObject({
  /** The leg's SIP Call-ID; the same on both sides of a proxy. */
  callerCallId: z.string().max(255),
  agentCallId: z.string().max(255),
  direction: z.enum(['inbound', 'outbound']),
  /** Of the first INVITE, as the edge tells them; empty when it does not. */
  from: z.string().max(255),
  to: z.string().max(255),
  /** Whom the PBX put the call through to, if the edge says so; else the number on the PBX's side. */
  agentExtension: z.string().max(255),
  /** The caller is served without an agent: there is one leg, and no other will come. */
  selfService: z.literal(true).optional(),
  /** Whose call it is, if the edge says so. */
  merchantId: z.string().max(64).optional(),
  metadata: z.record(z.string(), z.string()),
})
export type SipFacts = z.infer<typeof SipFacts>

/** Names one playing of prompts, so that a late word of an older one is not taken for the newest's. */
const PlayId = z.string().regex(/^[0-9a-z-]{1,40}$/)

/** Most keys that control is told of in a row: fewer than the shortest card number has, so that it never holds one. */
export const mostKeys = 11

export const PlayEnd = z.enum(['finished', 'interrupted', 'replaced', 'stopped'])
export type PlayEnd = z.infer<typeof PlayEnd>

export const CallView = z.strictObject({
  callId: CallId,
  legs: z.array(LegView),
  /** True while the caller→agent path runs through the mask. */
  masked: z.boolean(),
  /** The collection that the caller's digits go to. */
  collectionId: CollectionId.optional(),
  sip: SipFacts.optional(),
})
export type CallView = z.infer<typeof CallView>

/** bridge → control, unasked. */
export const BridgeEvent = z.discriminatedUnion('type', [
  /** A call began over SIP, or its facts are others now. Not heard, it is found in the next snapshot. */
  z.strictObject({ type: z.literal('sip-call'), callId: CallId, sip: SipFacts }),
  /** It was over before both parties were there. */
  z.strictObject({ type: z.literal('sip-ended'), callId: CallId, role: LegRole }),
  z.strictObject({
    type: z.literal('leg-joined'),
    callId: CallId,
    role: LegRole,
    streamSid: z.string(),
    masked: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('leg-left'),
    callId: CallId,
    role: LegRole,
    streamSid: z.string(),
    why: LegEnd,
  }),
  /** One party has put the other on hold, or taken it back. Told again when digits are routed on a call that is held. */
  z.strictObject({ type: z.literal('hold'), callId: CallId, held: z.boolean() }),
  /** Prompts are no longer played. `interrupted`: by a key of the caller's. */
  z.strictObject({ type: z.literal('played'), callId: CallId, playId: PlayId, how: PlayEnd }),
  /** A key that control asked for by `take-keys`; `other`: one that it did not name. Never of a collection's. */
  z.strictObject({
    type: z.literal('key'),
    callId: CallId,
    key: z.enum(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'other']),
  }),
  /** An agent who was called for a caller alone does not come. */
  z.strictObject({ type: z.literal('agent-missed'), callId: CallId }),
  /** The collection's socket closed or could not be written: digits are lost from here on, the mask stays. */
  z.strictObject({ type: z.literal('digits-lost'), callId: CallId, collectionId: CollectionId }),
])
export type BridgeEvent = z.infer<typeof BridgeEvent>

const OnCall = z.strictObject({ callId: CallId })

/** control → bridge, over bridge.sock. Every method may be repeated without harm. */
export const bridgeContract = {
  methods: {
    /**
     * Announces a leg: a stream that presents `streamToken` in its start message becomes this leg of this call. The
     * token works once; a later announcement of the same role replaces it. A call unknown so far is made.
     */
    'expect-leg': {
      params: z.strictObject({
        callId: CallId,
        role: LegRole,
        streamToken: z.string().min(32).max(128),
        /** True to bring the call up masked: always so unless control knows the call was never armed. */
        masked: z.boolean(),
      }),
      result: z.null(),
    },
    /**
     * Announces a call that will be transferred to the payment number with these digits behind it: whoever calls so is
     * connected with the agent, who is called back. Works once, and for `validMs`. Refused (`NO_TRANSFERS`) where no
     * drachtio server is configured.
     */
    'expect-transfer': {
      params: z.strictObject({
        token: z.string().regex(/^\d{8}$/),
        agent: z.string().regex(/^[0-9A-Za-z+*#._-]{1,64}$/),
        merchantId: z.string().max(64),
        validMs: z.number().int().min(1_000).max(3_600_000),
        /** Of the call that comes of it; none of the names that edges use. */
        metadata: z.record(z.string(), z.string()).default({}),
      }),
      /** The number to transfer to: the token included. */
      result: z.strictObject({ dial: z.string() }),
    },
    /** Masks the caller→agent path. Answers when the delay line stands in the media path: the green light's only source. */
    mask: { params: OnCall, result: z.null() },
    /** Sends the caller's digits to a collection. Refused (`NOT_MASKED`) unless the call is masked. */
    'route-digits': {
      params: OnCall.extend({
        collectionId: CollectionId,
        digitsPath: z.string(),
        ticket: z.string().length(43),
      }),
      result: z.null(),
    },
    /** Stops the caller's digits going to the collection; the mask stays. */
    'stop-digits': { params: OnCall.extend({ collectionId: CollectionId }), result: z.null() },
    /**
     * Unmasks once no tone is heard and none is held in the delay line. Refused (`DIGITS_ROUTED`) while digits are routed,
     * and (`TONE_HELD`) until `calmMs` after the last key, or after the mask was put on: a caller whose collection was
     * cut off knows nothing of it, and keys on.
     */
    unmask: {
      params: OnCall.extend({ calmMs: z.number().int().min(0).max(60_000).optional() }),
      result: z.null(),
    },
    /** Plays to the caller only, one after the other, at once; what was played before ends. Refused: `PROMPT_UNKNOWN`. */
    play: {
      params: OnCall.extend({
        playId: PlayId,
        audio: z.array(PromptRef).min(1).max(200),
        /** Any key of the caller's ends it. */
        bargeIn: z.boolean(),
      }),
      result: z.null(),
    },
    'stop-playing': { params: OnCall, result: z.null() },
    /**
     * Tells of the caller's next keys, one by one, until there were `most`, `drop-keys`, or digits are routed: a key goes
     * to one place only. Refused (`DIGITS_ROUTED`) while they are. A later order takes the place of an earlier one.
     */
    'take-keys': {
      params: OnCall.extend({
        /** Which are told by their name. */
        keys: z.string().regex(/^[0-9*#]{1,12}$/),
        most: z.number().int().min(1).max(mostKeys),
      }),
      result: z.null(),
    },
    'drop-keys': { params: OnCall, result: z.null() },
    /**
     * The agent hears silence in the caller's place, so that no card number that is read aloud reaches them. Refused
     * (`NOT_MASKED`) on a call that is not masked; ends with the mask.
     */
    'mute-caller': { params: OnCall.extend({ muted: z.boolean() }), result: z.null() },
    /**
     * Calls an agent for a caller who is alone and whose call ends here (SIP); they join the call, or `agent-missed` is told.
     * Refused (`NO_TRANSFERS`) for any other call.
     */
    'call-agent': {
      params: OnCall.extend({ agent: z.string().regex(/^[0-9A-Za-z+*#._-]{1,64}$/) }),
      result: z.null(),
    },
    /** Ends the call's media: closes both streams. Harmless for an unknown call. */
    release: { params: OnCall, result: z.null() },
    snapshot: { params: z.strictObject({}), result: z.strictObject({ calls: z.array(CallView) }) },
  },
  event: BridgeEvent,
} as const
export type BridgeContract = typeof bridgeContract
