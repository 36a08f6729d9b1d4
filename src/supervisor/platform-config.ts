import { z } from 'zod'
import { apiVersions } from '../contracts/api-version.ts'
import { CardBrand, CardField } from '../contracts/card.ts'
import { LogLevelName, Mode } from '../contracts/process-config/shared.ts'

const port = z.number().int().min(0).max(65535)
const seconds = (min: number, max: number) => z.number().int().min(min).max(max)
const url = (schemes: string) =>
  z
    .string()
    .regex(
      new RegExp(`^(${schemes})://[^/\\s]+$`),
      `${schemes.replace('|', ':// or ')}://host[:port], without a path`,
    )

const Gateway = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes'),
  connector: z.string(),
  origin: url('https'),
  apiKey: z.string().min(8),
  /** What the connector needs beside the key; see docs/gateways. */
  settings: z.record(z.string(), z.string()).optional(),
  caFile: z.string().nullable().default(null),
  webhookSecrets: z.array(z.string().min(16, 'at least 16 characters')).max(4).default([]),
  timeoutSeconds: seconds(1, 120).default(30),
})

const Agent = z.strictObject({
  email: z.email(),
  name: z.string().min(1),
  role: z.enum(['agent', 'supervisor', 'admin']).default('agent'),
  password: z.string().min(12, 'at least 12 characters'),
})

const Merchant = z.strictObject({
  id: z.string().regex(/^mer_[0-9a-z]{1,32}$/, 'mer_ and lower-case letters or digits'),
  name: z.string().min(1),
  gateway: z.string(),
  /** Where this merchant's acquirer has it otherwise than `control.moto` says. */
  moto: z.strictObject({ agent: z.boolean().optional(), selfService: z.boolean().optional() }).default({}),
  storedCards: z.strictObject({ askCsc: z.boolean().default(false) }).prefault({}),
  agents: z.array(Agent).default([]),
  apiKeys: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        key: z.string().min(32),
        version: z.enum(apiVersions).optional(),
      }),
    )
    .default([]),
  webhooks: z.array(z.strictObject({ url: z.url(), secret: z.string().startsWith('whsec_') })).default([]),
})

const Door = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes'),
  path: z.string().regex(/^(\/[A-Za-z0-9_-]{1,64}){1,8}$/, 'a path of plain segments: /pay/main'),
  username: z.string().min(1),
  password: z.string().min(16, 'at least 16 characters'),
  /** Twilio's auth token, when the provider signs what it posts. */
  signingToken: z.string().min(16).nullable().default(null),
  merchant: z.string(),
  gateway: z.string(),
})

const Egress = z.strictObject({
  ports: z.array(port).min(1).default([443]),
  allowNetworks: z
    .array(z.union([z.cidrv4(), z.cidrv6()], 'a network in CIDR notation, for example 10.20.0.0/16'))
    .default([]),
})

const Receipts = z.strictObject({
  email: z
    .strictObject({
      url: z.string().regex(/^smtps?:\/\/[^\s/]+$/, 'smtp:// or smtps://, user:password@host:port'),
      from: z.string().regex(/@/, 'an e-mail address, with or without a name'),
    })
    .nullable()
    .default(null),
  text: z
    .strictObject({
      accountSid: z.string().min(1),
      authToken: z.string().min(1),
      from: z
        .string()
        .regex(/^(\+[1-9]\d{4,14}|MG[0-9a-f]{32})$/, 'a number in E.164, or MG… of a messaging service'),
    })
    .nullable()
    .default(null),
})

const flowName = z.string().regex(/^[a-z0-9-]{1,40}$/, 'lower-case letters, digits and dashes: a file’s name')

/** Callers without an agent, and what callers are told; docs/ivr.md. */
const Ivr = z.strictObject({
  flowsDir: z.string().min(1).default('config/flows'),
  promptsDir: z.string().min(1).nullable().default(null),
  sipFlow: flowName.nullable().default(null),
  lookups: z
    .array(
      z.strictObject({
        name: flowName,
        url: z.url({ protocol: /^https?$/ }),
        secret: z.string().startsWith('whsec_', 'whsec_… of the Standard Webhooks specification'),
      }),
    )
    .max(50)
    .default([]),
})

const TwilioNumber = z.strictObject({
  number: z.string().min(1),
  merchant: z.string(),
  agentAddress: z.string().min(1),
})

/** `config/tonewall.yaml`, where every key is explained. */
export const PlatformConfig = z
  .strictObject({
    mode: Mode.default('sandbox'),
    logLevel: LogLevelName.default('info'),
    dataDir: z.string().min(1).default('data'),
    runDir: z.string().nullable().default(null),
    control: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(8080),
        publicUrl: url('http|https').nullable().default(null),
        databaseUrl: z
          .string()
          .regex(/^postgres(ql)?:\/\/[^\s]+$/, 'postgres://user:password@host:port/database, or null')
          .nullable()
          .default(null),
        sealingKeys: z
          .array(
            z.strictObject({
              id: z.string().regex(/^[a-z0-9-]{1,20}$/, 'lower-case letters, digits and dashes'),
              key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, '32 bytes in base64: openssl rand -base64 32'),
            }),
          )
          .max(5)
          .default([]),
        panelFrameAncestors: z.array(url('https')).max(20).default([]),
        sessionIdleMinutes: z.number().int().min(1).max(1440).default(30),
        sessionLongestHours: z.number().int().min(1).max(168).default(12),
        moto: z
          .strictObject({ agent: z.boolean().default(true), selfService: z.boolean().default(true) })
          .prefault({}),
      })
      .prefault({}),
    bridge: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(8081),
        publicUrl: url('ws|wss').nullable().default(null),
        lookaheadMs: z.number().int().min(20).max(200).default(20),
        fill: z.enum(['noise', 'silence', 'tone']).default('noise'),
        jitterMs: z.number().int().min(20).max(1_000).default(200),
        maxCalls: z.number().int().min(1).max(100_000).default(500),
        maxMessageBytes: z.number().int().min(1_024).max(1_048_576).default(16_384),
        token: z.string().min(32).nullable().default(null),
      })
      .prefault({}),
    sip: z
      .strictObject({
        enabled: z.boolean().default(false),
        ngHost: z.string().default('127.0.0.1'),
        ngPort: port.default(2223),
        ngPeers: z.array(z.string()).min(1).default(['127.0.0.1']),
        edges: z
          .array(z.string().regex(/^\S+:\d{1,5}$/, 'host:port'))
          .max(16)
          .default(['127.0.0.1:5060']),
        drachtio: z
          .strictObject({
            host: z.string().default('127.0.0.1'),
            port: port.default(9022),
            secret: z.string().min(8, 'at least 8 characters'),
            peers: z.array(z.string()).min(1).default(['127.0.0.1']),
            outbound: z.string().regex(/^\S+:\d{1,5}$/, 'host:port'),
            paymentNumber: z.string().regex(/^[0-9A-Za-z+*#._-]{1,32}$/, 'as it is dialled'),
            selfServiceNumbers: z.array(z.string()).max(100).default([]),
            ringSeconds: seconds(1, 300).default(30),
            sessionSeconds: seconds(90, 86_400).default(1_800),
          })
          .nullable()
          .default(null),
        mediaHost: z.string().default('127.0.0.1'),
        mediaAdvertised: z.string().nullable().default(null),
        portMin: port.min(1_024).default(30_000),
        portMax: port.min(1_024).default(39_999),
        nativeSockets: z.boolean().default(true),
        source: z.enum(['address', 'strict', 'first']).default('address'),
        srtpCaller: z.enum(['accepted', 'required']).default('accepted'),
        srtpAgent: z.enum(['accepted', 'required']).default('accepted'),
        callerInterface: z.string().min(1).default('external'),
        callerOtherwise: z.enum(['offerer', 'answerer']).default('offerer'),
        silentSeconds: seconds(10, 86_400).default(300),
        standby: z.boolean().default(true),
        merchant: z.string().nullable().default(null),
      })
      .prefault({}),
    vault: z
      .strictObject({
        warm: z.number().int().min(0).max(64).default(2),
        maxCollections: z.number().int().min(1).max(10_000).default(200),
        cardUid: z.number().int().min(1).nullable().default(null),
        token: z.string().min(32).nullable().default(null),
      })
      .prefault({}),
    payDoor: z
      .strictObject({
        host: z.string().default('127.0.0.1'),
        port: port.default(8444),
        publicUrl: url('https').nullable().default(null),
        certificateFile: z.string(),
        keyFile: z.string(),
        warm: z.number().int().min(0).max(16).default(1),
        mostAtOnce: z.number().int().min(1).max(1_000).default(16),
        doors: z.array(Door).min(1),
      })
      .nullable()
      .default(null),
    collection: z
      .strictObject({
        fields: z.array(CardField).min(1).default(['pan', 'expiry', 'csc']),
        acceptedBrands: z.array(CardBrand).min(1).nullable().default(null),
        firstDigitSeconds: seconds(1, 600).default(20),
        betweenDigitsSeconds: seconds(1, 600).default(5),
        wholeSeconds: seconds(5, 3_600).default(300),
      })
      .prefault({}),
    metrics: z
      .strictObject({
        enabled: z.boolean().default(false),
        host: z.string().default('127.0.0.1'),
        port: port.default(9464),
        token: z.string().min(32, 'at least 32 characters').nullable().default(null),
      })
      .prefault({}),
    supervisor: z
      .strictObject({
        readySeconds: seconds(1, 300).default(20),
        drainSeconds: seconds(0, 3_600).default(30),
      })
      .prefault({}),
    sandbox: z
      .strictObject({
        gatewayPort: port.default(8443),
        simulatorPort: port.default(8082),
        mailPort: port.default(2525),
        dialLoopback: z.boolean().default(true),
        officePort: port.default(8083),
      })
      .prefault({}),
    egress: Egress.prefault({}),
    receipts: Receipts.prefault({}),
    ivr: Ivr.prefault({}),
    deliveries: z
      .strictObject({
        keepDays: z.number().int().min(3).max(3_650).default(90),
        keepGivenUpDays: z.number().int().min(3).max(3_650).default(365),
      })
      .prefault({}),
    exports: z.strictObject({ dir: z.string().min(1).nullable().default(null) }).prefault({}),
    twilio: z
      .strictObject({
        accountSid: z.string().min(1),
        authToken: z.string().min(1),
        numbers: z.array(TwilioNumber).min(1),
      })
      .nullable()
      .default(null),
    gateways: z.array(Gateway).default([]),
    merchants: z.array(Merchant).default([]),
  })
  .superRefine((config, context) => {
    const fault = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    if (config.mode === 'production') {
      if (config.twilio === null && !config.sip.enabled)
        fault(['twilio'], 'an account and its numbers, or sip.enabled: true (production mode)')
      if (config.sip.enabled && config.sip.merchant === null)
        fault(['sip', 'merchant'], 'whose calls over SIP are (production mode)')
      if (config.gateways.length === 0) fault(['gateways'], 'at least one gateway (production mode)')
      if (config.merchants.length === 0) fault(['merchants'], 'at least one merchant (production mode)')
      if (!config.control.publicUrl?.startsWith('https://'))
        fault(['control', 'publicUrl'], 'an https:// address (production mode)')
      if (!config.bridge.publicUrl?.startsWith('wss://'))
        fault(['bridge', 'publicUrl'], 'a wss:// address (production mode)')
      const hasSecrets = config.merchants.some(({ webhooks }) => webhooks.length > 0)
      if (hasSecrets && config.control.sealingKeys.length === 0)
        fault(
          ['control', 'sealingKeys'],
          'a key: merchants’ webhook secrets are sealed with it (openssl rand -base64 32)',
        )
    } else {
      for (const key of ['twilio', 'gateways', 'merchants'] as const) {
        const value = config[key]
        if (value !== null && (!Array.isArray(value) || value.length > 0)) {
          fault([key], 'nothing in sandbox mode, which brings its own; set mode: production')
        }
      }
    }
    const { metrics } = config
    const isOpen = config.mode === 'production' || !['127.0.0.1', '::1', 'localhost'].includes(metrics.host)
    if (metrics.enabled && metrics.token === null && isOpen)
      fault(
        ['metrics', 'token'],
        'what Prometheus shows as a bearer token (not needed on loopback in sandbox mode)',
      )
    const gatewayIds = config.gateways.map(({ id }) => id)
    config.merchants.forEach(({ gateway }, i) => {
      if (!gatewayIds.includes(gateway))
        fault(['merchants', i, 'gateway'], `one of the gateways’ ids: ${gatewayIds.join(', ')}`)
    })
    if (config.sip.portMax < config.sip.portMin + 8)
      fault(['sip', 'portMax'], 'at least 8 more than sip.portMin: a call takes four ports')
    const merchantIds = config.merchants.map(({ id }) => id)
    config.payDoor?.doors.forEach((door, i) => {
      const at = (key: string) => ['payDoor', 'doors', i, key]
      if (config.mode !== 'production') fault(['payDoor'], 'null in sandbox mode; set mode: production')
      if (!merchantIds.includes(door.merchant))
        fault(at('merchant'), `one of the merchants’ ids: ${merchantIds.join(', ')}`)
      if (!gatewayIds.includes(door.gateway))
        fault(at('gateway'), `one of the gateways’ ids: ${gatewayIds.join(', ')}`)
      if (door.signingToken !== null && config.payDoor?.publicUrl == null)
        fault(['payDoor', 'publicUrl'], 'the address that the provider signs: https://host')
    })
    const { merchant: sipMerchant } = config.sip
    if (config.mode === 'production' && sipMerchant !== null && !merchantIds.includes(sipMerchant))
      fault(['sip', 'merchant'], `one of the merchants’ ids: ${merchantIds.join(', ')}`)
    config.twilio?.numbers.forEach(({ merchant }, i) => {
      if (!merchantIds.includes(merchant))
        fault(['twilio', 'numbers', i, 'merchant'], `one of the merchants’ ids: ${merchantIds.join(', ')}`)
    })
  })
export type PlatformConfig = z.output<typeof PlatformConfig>
