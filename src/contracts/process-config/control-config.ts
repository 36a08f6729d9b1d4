import { z } from 'zod'
import { apiVersions } from '../api-version.ts'
import { CardBrand, CardField } from '../card.ts'
import { CollectionLimits } from '../vault-port.ts'
import { CommonConfig, LinkToken, Listen, SecretText } from './shared.ts'

/** Whether cards are declared to the gateway as mail or telephone orders: keyed beside an agent, or by a caller alone. */
const Moto = z.strictObject({ agent: z.boolean(), selfService: z.boolean() })

const Link = z.strictObject({ socketPath: z.string(), token: LinkToken })

const dayMs = 24 * 3_600_000

/** supervisor → control, on standard input. */
export const ControlConfig = CommonConfig.extend({
  listen: Listen,
  /** How browsers and providers reach control, without a slash at the end, for example `https://pay.example.com`. */
  publicUrl: z.string(),
  /** The SQLite file; not used when there is a `databaseUrl`. */
  databaseFile: z.string(),
  /** A PostgreSQL server, `postgres://user:password@host:port/database`, instead of the file. */
  databaseUrl: SecretText.nullable().default(null),
  vault: Link,
  /** The bridge, and where it tells providers to stream to. */
  bridge: Link.extend({ streamUrl: z.string() }),
  gateways: z
    .array(
      z.strictObject({
        /** Names the gateway in payments, for example `sandbox`. */
        id: z.string(),
        connector: z.string(),
        origin: z.string(),
        apiKey: SecretText,
        /** What the connector declares it needs beside the key: account names, key ids. Nothing secret. */
        settings: z.record(z.string(), z.string()).optional(),
        caFile: z.string().nullable(),
        /** What its webhooks are signed with, and decrypted by where they are encrypted; two of each while one is being replaced. */
        webhookSecrets: z.array(SecretText).max(4).optional(),
        timeoutMs: z.number().int(),
      }),
    )
    .min(1),
  collection: z.strictObject({
    fields: z.array(CardField).min(1),
    acceptedBrands: z.array(CardBrand).nullable(),
    limits: CollectionLimits,
  }),
  /** Of merchants that say nothing of their own, for payments that say nothing of theirs. */
  moto: Moto.default({ agent: true, selfService: true }),
  twilio: z.strictObject({
    accountSid: z.string(),
    authToken: SecretText,
    /** Another origin for the REST API: the simulator's in sandbox mode; null is Twilio's own. */
    apiOrigin: z.string().nullable(),
    /** Numbers that callers dial, whose they are, and who answers: `client:name` or a number in E.164. */
    numbers: z.array(
      z.strictObject({ number: z.string(), merchantId: z.string(), agentAddress: z.string() }),
    ),
  }),
  /** Calls over SIP: whose they are when the edge does not say. Null: there is no such entry. */
  sip: z.strictObject({ merchantId: z.string() }).nullable().default(null),
  merchants: z
    .array(
      z.strictObject({
        id: z.string().regex(/^mer_[0-9a-z]{1,32}$/),
        name: z.string(),
        gatewayId: z.string(),
        /** What this merchant's acquirer covers; the platform's unless told. */
        moto: Moto.optional(),
        /** Whether customers who pay with a kept card key its security code again. */
        storedCards: z.strictObject({ askCsc: z.boolean() }).optional(),
        agents: z.array(
          z.strictObject({
            email: z.string(),
            name: z.string(),
            role: z.enum(['agent', 'supervisor', 'admin']),
            password: SecretText,
          }),
        ),
        apiKeys: z.array(
          z.strictObject({ name: z.string(), key: SecretText, version: z.enum(apiVersions).optional() }),
        ),
        /** Made at the first start; later ones by the API. Secrets are `whsec_…` of the Standard Webhooks specification. */
        webhookEndpoints: z.array(z.strictObject({ url: z.string(), secret: SecretText })),
      }),
    )
    .min(1),
  /** What merchants may have us dial: webhooks, CRM and accounting systems. `ports` null: all. */
  egress: z
    .strictObject({ ports: z.array(z.number().int()).nullable(), allow: z.array(z.string()) })
    .default({ ports: [443], allow: [] }),
  /** Callers without an agent (docs/ivr.md). */
  ivr: z
    .strictObject({
      flowsDir: z.string(),
      /** The flow that answers callers over SIP without an agent. */
      sipFlow: z.string().nullable(),
      lookups: z.array(z.strictObject({ name: z.string(), url: z.string(), secret: SecretText })),
    })
    .nullable()
    .default(null),
  /** How receipts leave; null: that channel is off. */
  receipts: z
    .strictObject({
      /** `smtp://` or `smtps://`, with user and password; and the address that receipts come from. */
      email: z.strictObject({ url: SecretText, from: z.string() }).nullable(),
      /** Twilio's account, and the number or messaging service that text messages come from. */
      text: z
        .strictObject({
          accountSid: z.string(),
          authToken: SecretText,
          from: z.string(),
          apiOrigin: z.string().nullable(),
        })
        .nullable(),
    })
    .default({ email: null, text: null }),
  /** Where the files of each day are written once it is over; null: nowhere. */
  exportsDir: z.string().nullable().default(null),
  /** How long deliveries are remembered after they were delivered or given up, in ms. */
  retention: z
    .strictObject({ deliveredMs: z.number().int().positive(), givenUpMs: z.number().int().positive() })
    .default({ deliveredMs: 90 * dayMs, givenUpMs: 365 * dayMs }),
  /** What seals the merchants' secrets in the database, newest first: 32 bytes in base64 each. */
  sealingKeys: z.array(z.strictObject({ id: z.string(), key: SecretText })).default([]),
  /** Origins whose pages may show a record's payments in a frame. */
  panelFrameAncestors: z.array(z.string()).default([]),
  session: z.strictObject({ idleMinutes: z.number().int().min(1), longestHours: z.number().int().min(1) }),
  /**
   * Where `GET /metrics` listens, apart from everything else. Without a token only on loopback in sandbox mode. Null: not
   * at all.
   */
  metrics: z.strictObject({ listen: Listen, token: LinkToken.nullable() }).nullable().default(null),
  /** Whose the cards are that voice providers post at the vault's pay door, by the door's name, and which gateway gets them. */
  payDoors: z
    .array(z.strictObject({ id: z.string(), merchantId: z.string(), gatewayId: z.string() }))
    .default([]),
  /** Built desk, served at `/`. */
  deskDir: z.string(),
  /** Sandbox mode only: the simulated carrier. */
  carrierUrl: z.string().nullable(),
})
export type ControlConfig = z.output<typeof ControlConfig>
