import { z } from 'zod'
import { CommonConfig, LinkToken, Listen, SecretText } from './shared.ts'

/** supervisor → vault, on standard input. */
export const VaultConfig = CommonConfig.extend({
  socketPath: z.string(),
  token: LinkToken,
  /** Folder (0700) for the digit sockets. */
  runDir: z.string(),
  /** The compiled card process: a JavaScript file, with its folder. */
  cardEntry: z.string(),
  /** Card processes kept ready. */
  warm: z.number().int().min(0).max(64),
  /** Collections at the same time. */
  maxCollections: z.number().int().min(1).max(10_000),
  /** User and group that card processes run as, when the vault may change it (root); null keeps the vault's own. */
  cardUid: z.number().int().min(1).nullable(),
  /** The gateways that may be dialled; connector and operation pick the rest of the policy, which is code. */
  gateways: z.array(
    z.strictObject({
      connector: z.string(),
      origin: z.string(),
      /** PEM file of the only CA trusted for this origin; null means the CAs that come with Node. */
      caFile: z.string().nullable(),
    }),
  ),
  /** Vocalink's files for the modulus check of UK accounts, as the merchant has downloaded them. Null: lengths only. */
  modulus: z
    .strictObject({ weightsFile: z.string().min(1), substitutesFile: z.string().min(1).nullable() })
    .nullable()
    .default(null),
  /** Where voice providers post cards in the pay-connector shape. Null: nowhere. */
  payDoor: z
    .strictObject({
      listen: Listen,
      /** PEM files; TLS ends in the card process. */
      certificateFile: z.string(),
      keyFile: z.string(),
      /** The compiled card process behind the door. */
      entry: z.string(),
      /** Processes kept ready for it, beside those of phone calls. */
      warm: z.number().int().min(0).max(16),
      /** Connections at the same time; more are closed unread. */
      mostAtOnce: z.number().int().min(1).max(1_000),
      doors: z
        .array(
          z.strictObject({
            id: z.string().regex(/^[a-z0-9-]{1,32}$/),
            path: z.string().regex(/^(\/[A-Za-z0-9_-]{1,64}){1,8}$/),
            username: z.string().min(1),
            password: SecretText,
            /** What the provider signs with, and our own address as the provider knows it. Null: it does not sign. */
            signing: z.strictObject({ token: SecretText, publicOrigin: z.string() }).nullable(),
            connector: z.string(),
            origin: z.string(),
          }),
        )
        .min(1),
    })
    .nullable()
    .default(null),
})
export type VaultConfig = z.output<typeof VaultConfig>
