import type { CardBrand, CardSummary, KeyedField } from '../contracts/card.ts'
import type { GatewayCall, GatewayReply } from '../contracts/gateway-call.ts'
import type { CollectionEnd, CollectionLimits, VaultEvent } from '../contracts/vault-port.ts'

/** The text of Vocalink's two files, which the merchant has downloaded. */
export type ModulusFiles = { readonly weights: string; readonly substitutes: string }

/**
 * What pool and card process say to each other over the IPC channel. No message carries a digit beyond the last four.
 * Plain types without a schema library: the card process has to be small, and the pool's side was checked by
 * `vaultContract` before it got here.
 */
export type Order =
  | {
      readonly type: 'open'
      readonly connector: string
      readonly origin: string
      /** PEM of the only CAs trusted for the origin; null for the CAs that come with Node. */
      readonly ca: string | null
      /** Say on which of them the gateway was found to rest: `anchored`. */
      readonly tellAnchor: boolean
      readonly fields: readonly KeyedField[]
      readonly acceptedBrands: readonly CardBrand[] | null
      /** Only the security code of this card is asked for; null: a whole card is. */
      readonly keptCard: CardSummary | null
      /** The merchant's modulus files, as they are, when a UK account is asked for; null: none. */
      readonly modulus: ModulusFiles | null
      readonly limits: CollectionLimits
      /** base64url. Not a secret of the card: it only lets digits in. */
      readonly ticket: string
    }
  /** Comes with the handle of a bridge's connection. */
  | { readonly type: 'digits' }
  | { readonly type: 'clear-field'; readonly field: KeyedField }
  | { readonly type: 'restart' }
  | { readonly type: 'extend'; readonly byMs: number }
  | { readonly type: 'suspend'; readonly suspended: boolean }
  /** Comes with the handle of a connection to the gateway. `trustAll`: of these, instead of what came with `open`. */
  | {
      readonly type: 'send'
      readonly call: GatewayCall
      readonly last: boolean
      readonly trustAll?: { readonly ca: string | null }
    }
  | { readonly type: 'stop'; readonly why: CollectionEnd }

/** One protection as the card process found it in force, or not, on itself. */
export type Finding = { readonly protection: string; readonly on: boolean; readonly because: string }

type WithoutId<E> = E extends unknown ? Omit<E, 'collectionId'> : never
export type CardEvent = WithoutId<Exclude<VaultEvent, { type: 'ended' }>>

export type Report =
  | { readonly type: 'ready'; readonly findings: readonly Finding[] }
  | { readonly type: 'opened' }
  | { readonly type: 'event'; readonly event: CardEvent }
  /** Before the reply: SHA-256 of the root that the gateway's certificate rests on, as `AA:BB:…`. */
  | { readonly type: 'anchored'; readonly fingerprint256: string }
  | { readonly type: 'reply'; readonly reply: GatewayReply }
  /** The last message: everything is zeroed. */
  | { readonly type: 'ending'; readonly why: CollectionEnd | 'finished' }

const orderTypes: ReadonlySet<string> = new Set<Order['type']>([
  'open',
  'digits',
  'clear-field',
  'restart',
  'extend',
  'suspend',
  'send',
  'stop',
])

/** The order, or undefined for something that no pool of this version sends. */
export function readOrder(message: unknown): Order | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type } = message as { type?: unknown }
  return typeof type === 'string' && orderTypes.has(type) ? (message as Order) : undefined
}
