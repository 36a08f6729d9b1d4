import { z } from 'zod'
import { CommonConfig, LinkToken } from './shared.ts'

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
})
export type VaultConfig = z.output<typeof VaultConfig>
