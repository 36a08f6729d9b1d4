import { z } from 'zod'
import { CardBrand, CardField } from '../../contracts/card.ts'
import { LogLevelName, Mode } from '../../contracts/process-config/shared.ts'
import { Gateway } from './gateway-config.ts'
import { Ivr } from './ivr-config.ts'
import { Merchant } from './merchant-config.ts'
import { PayDoor } from './pay-door-config.ts'
import { Receipts } from './receipts-config.ts'
import { port, seconds, url } from './scalars.ts'
import { Sip } from './sip-config.ts'

const Egress = z.strictObject({
  ports: z.array(port).min(1).default([443]),
  allowNetworks: z
    .array(z.union([z.cidrv4(), z.cidrv6()], 'a network in CIDR notation, for example 10.20.0.0/16'))
    .default([]),
})

const TwilioNumber = z.strictObject({
  number: z.string().min(1),
  merchant: z.string(),
  agentAddress: z.string().min(1),
})

/** The keys of `config/tonewall.yaml`, each by itself. */
export const Settings = z.strictObject({
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
  sip: Sip,
  vault: z
    .strictObject({
      warm: z.number().int().min(0).max(64).default(2),
      maxCollections: z.number().int().min(1).max(10_000).default(200),
      cardUid: z.number().int().min(1).nullable().default(null),
      modulus: z
        .strictObject({
          weightsFile: z.string().min(1),
          substitutesFile: z.string().min(1).nullable().default(null),
        })
        .nullable()
        .default(null),
      token: z.string().min(32).nullable().default(null),
    })
    .prefault({}),
  payDoor: PayDoor,
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
export type Settings = z.output<typeof Settings>
