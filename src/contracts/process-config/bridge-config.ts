import { z } from 'zod'
import { CommonConfig, LinkToken, Listen, SecretText } from './shared.ts'

const Port = z.number().int().min(1).max(65_535)

/** Calls that end here, on a drachtio server. */
export const BridgeDrachtio = z.strictObject({
  server: Listen.extend({ secret: SecretText }),
  /** Addresses that may call and transfer here. */
  peers: z.array(z.string()).min(1),
  /** `host:port` of the PBX, or of the proxy before it: where agents and referred callers are called. */
  outbound: z.string(),
  paymentNumber: z.string(),
  selfServiceNumbers: z.array(z.string()),
  ringMs: z.number().int().min(1_000),
  /** RFC 4028. */
  session: z.strictObject({ expiresS: z.number().int().min(90), minSeS: z.number().int().min(90) }),
  /** Folder for the names of the dialogs that the server holds for us. */
  dialogsDir: z.string(),
})
export type BridgeDrachtio = z.output<typeof BridgeDrachtio>

/** The entry for calls over SIP: rtpengine's NG protocol, and the media that it anchors. */
export const BridgeSip = z.strictObject({
  ng: Listen,
  /** Addresses whose NG messages are believed. The protocol has no authentication of its own. */
  ngPeers: z.array(z.string()).min(1),
  /** The SIP edges (Kamailio), asked one after the other to hang up a call that the API ends. */
  edges: z.array(Listen).max(16).default([]),
  /** Where media ports are bound, and what the session descriptions say instead when that is another. */
  media: z.strictObject({
    host: z.string(),
    advertised: z.string().nullable(),
    portMin: Port,
    portMax: Port,
    /** `native`: the kernel's sockets without Node's in between, where there are such; `dgram`: Node's own. */
    sockets: z.enum(['native', 'dgram']).default('native'),
  }),
  source: z.enum(['address', 'strict', 'first']),
  /** Without a label: the interface (of `direction=`) that callers are on, and who they are without that. */
  callerInterface: z.string(),
  callerOtherwise: z.enum(['offerer', 'answerer']),
  /** Whether a party may be talked with in the clear; SRTP is accepted from both in any case. */
  srtp: z.strictObject({ caller: z.enum(['accepted', 'required']), agent: z.enum(['accepted', 'required']) }),
  /** A call whose two parties send nothing for so long has ended without a word, in ms. */
  silentMs: z.number().int().min(1_000),
  /** Folder for the ports of the calls that go on, so that a bridge that died takes them up again. */
  portsDir: z.string(),
  drachtio: BridgeDrachtio.nullable().default(null),
})
export type BridgeSip = z.output<typeof BridgeSip>

/** supervisor → bridge, on standard input. */
export const BridgeConfig = CommonConfig.extend({
  socketPath: z.string(),
  token: LinkToken,
  listen: Listen,
  /** How providers reach the streams, for example `wss://pay.example.com/streams/twilio`: what their signature covers. */
  twilioStreamUrl: z.string(),
  /** The Twilio account's auth token: verifies `X-Twilio-Signature` on the upgrade. */
  twilioAuthToken: SecretText,
  mask: z.strictObject({
    /** Delay of the caller→agent path while masked, in ms. */
    lookaheadMs: z.number().int().min(20).max(200),
    fill: z.enum(['noise', 'silence', 'tone']),
  }),
  /** Largest reordering and burst that a leg absorbs, in ms. */
  jitterMs: z.number().int().min(20).max(1_000),
  maxCalls: z.number().int().min(1).max(100_000),
  /** Largest WebSocket message, in bytes. */
  maxMessageBytes: z.number().int().min(1_024).max(1_048_576),
  /** Time from the upgrade to a valid `start`, in ms. */
  startTimeoutMs: z.number().int().min(100).max(60_000),
  sip: BridgeSip.nullable().default(null),
  /** What callers are told: the package's prompts, and the folder of the recordings that take their place. */
  prompts: z
    .strictObject({ folder: z.string(), overrides: z.string().nullable() })
    .default({ folder: '', overrides: null }),
})
export type BridgeConfig = z.output<typeof BridgeConfig>
