import { z } from 'zod'

/**
 * How a handset speaks with the simulated carrier: JSON text messages over WebSocket on loopback, in the dialect of
 * Twilio's Media Streams. Audio is mu-law, 8 kHz, mono, base64; a frame is 20 ms, 160 octets.
 *
 *   ws://HOST:PORT/handset/caller?from=%2B447700900123          dials the carrier's number at once
 *                                [&to=%2B442079460000]          … or another number
 *   ws://HOST:PORT/handset/agent?identity=NAME                  joins the agent's end of calls to `client:NAME`
 *                                                               (or to the number NAME); `*` joins every agent's
 *                               [&parameter.callId=call_…]      … only calls whose platform's `<Stream>` has this
 *                                                               `<Parameter>`, by any name; known from `start` on
 *   GET http://HOST:PORT/network                                → `Network`: what to dial, for the page
 *
 * A plus sign in a query is written %2B. A page may connect when it was loaded from loopback or from the carrier.
 *
 * A caller's socket is one call:
 *
 *   connected → state ringing → state answered → start → media … → stop, and the socket closes (1000)
 *                                       └ state reconnecting → start …   when the platform lost the stream
 *
 * The caller hangs up with `stop`, or by closing the socket. Between `answered` and `start` nothing is heard.
 *
 * An agent's socket stays open over many calls, several at a time: each message names its call and stream. The
 * built-in robot answers and talks; what an attached handset sends takes its place from the first frame on. Of several
 * the first to talk has the line until it sends nothing for a second. Closing the socket leaves the call to the robot;
 * `stop` hangs up.
 *
 * Media to a handset comes in real time, one frame per message. Where nothing was played there is no message: place a frame
 * by its `timestamp` (ms since `start`), or play frames as they come. Media from a handset is taken in any
 * portion up to a second, and is sent on at the network's own pace of 20 ms. Send continuously once you began, silence too: the
 * carrier waits up to 400 ms for a late frame before it puts silence in its place.
 */
export const handsetProtocolVersion = '1.0.0'

export const framesPerSecond = 50
export const frameOctets = 160
export const frameMs = 20

/** mu-law for silence. */
export const silentOctet = 0xff

export const HandsetKey = z.enum([
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '*',
  '#',
  'A',
  'B',
  'C',
  'D',
])
export type HandsetKey = z.infer<typeof HandsetKey>

/** How the network tells the platform of a key: a tone in the audio, the provider's `dtmf` message, or both. */
export const KeyReport = z.enum(['audio', 'message', 'both'])
export type KeyReport = z.infer<typeof KeyReport>

const Sid = z.string().regex(/^(CA|MZ)[0-9a-f]{32}$/)
/** Standard base64 of 1 to 8,000 octets: at most a second. */
const Payload = z
  .string()
  .min(4)
  .max(10_668)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/)

/** handset → carrier */
export const FromHandset = z.discriminatedUnion('event', [
  /** What the microphone hears. Agents with several calls name one by `streamSid`; without it, the newest is meant. */
  z.strictObject({
    event: z.literal('media'),
    streamSid: Sid.optional(),
    media: z.strictObject({ payload: Payload }),
  }),
  /**
   * A key was pressed. With `audio` and `both` the carrier puts a tone of `toneMs` in the place of speech, now (or
   * after the tone before it and a pause of 40 ms). A handset that plays the tone in its own media says `message`,
   * or nothing at all.
   */
  z.strictObject({
    event: z.literal('dtmf'),
    streamSid: Sid.optional(),
    dtmf: z.strictObject({
      digit: HandsetKey,
      report: KeyReport,
      /** Length of the tone, in ms. */
      toneMs: z.number().int().min(20).max(10_000),
    }),
  }),
  /** Asks for the same mark back once everything that is now waiting to be sent on has been sent on. */
  z.strictObject({
    event: z.literal('mark'),
    streamSid: Sid.optional(),
    mark: z.strictObject({ name: z.string().min(1).max(64) }),
  }),
  /** Forgets what the handset sent and has not been sent on: audio, keys and marks. */
  z.strictObject({ event: z.literal('clear'), streamSid: Sid.optional() }),
  /** Hangs up. */
  z.strictObject({ event: z.literal('stop'), callSid: Sid.optional() }),
])
export type FromHandset = z.infer<typeof FromHandset>

/** Why a call ended, in the words of a call's last status, plus who did it. */
export const StopReason = z.enum([
  'hung-up-here',
  'hung-up-by-platform',
  'rejected',
  'busy',
  'no-answer',
  'failed',
  'carrier-stopping',
])
export type StopReason = z.infer<typeof StopReason>

/** carrier → handset */
export const ToHandset = z.discriminatedUnion('event', [
  /** First of all. */
  z.strictObject({
    event: z.literal('connected'),
    protocol: z.literal('Handset'),
    version: z.string(),
    role: z.enum(['caller', 'agent']),
  }),
  /** `reconnecting`: the platform's media is away; `start` follows when it is back. */
  z.strictObject({
    event: z.literal('state'),
    callSid: Sid,
    state: z.enum(['ringing', 'answered', 'reconnecting']),
    from: z.string(),
    to: z.string(),
  }),
  /** Audio flows from now on. */
  z.strictObject({
    event: z.literal('start'),
    streamSid: Sid,
    start: z.strictObject({
      accountSid: z.string(),
      callSid: Sid,
      streamSid: Sid,
      mediaFormat: z.strictObject({
        encoding: z.literal('audio/x-mulaw'),
        sampleRate: z.literal(8000),
        channels: z.literal(1),
      }),
      /** The parameters of the platform's `<Stream>`, without those whose name ends in `token`. */
      customParameters: z.record(z.string(), z.string()),
    }),
  }),
  /** What the ear hears. */
  z.strictObject({
    event: z.literal('media'),
    streamSid: Sid,
    media: z.strictObject({
      /** Counts frames of this stream from 1. */
      chunk: z.string(),
      /** Place of the frame, in ms since `start`. */
      timestamp: z.string(),
      payload: z.string(),
    }),
  }),
  z.strictObject({
    event: z.literal('mark'),
    streamSid: Sid,
    mark: z.strictObject({ name: z.string() }),
  }),
  /** The call is over. A caller's socket closes after it; an agent's stays for the next call. */
  z.strictObject({
    event: z.literal('stop'),
    stop: z.strictObject({ callSid: Sid, reason: StopReason }),
  }),
])
export type ToHandset = z.infer<typeof ToHandset>

/** GET /network */
export const Network = z.strictObject({
  protocolVersion: z.string(),
  /** The number that a caller's handset dials, E.164. */
  number: z.string(),
})
export type Network = z.infer<typeof Network>

/** WebSocket close codes of the carrier, beside 1000. */
export const handsetClose = { badMessage: 4400, tooMany: 4429 } as const
