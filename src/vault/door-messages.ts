import type { CardSummary } from '../contracts/card.ts'
import type { GatewayCall } from '../contracts/gateway-call.ts'
import type { PostedAnswer, PostedFault, PostedRequest } from '../contracts/posted-card.ts'
import type { CollectionEnd } from '../contracts/vault-port.ts'

/** One door as a card process needs to know it. */
export type Door = {
  readonly id: string
  readonly path: string
  /** SHA-256 of what stands after `Basic ` in the right header, hex: the password itself stays with the pool. */
  readonly credentialsSha256: string
  /** What the provider signs with, and the address that it signs; null when it does not. */
  readonly signature: { readonly token: string; readonly origin: string } | null
  readonly connector: string
  readonly origin: string
  /** PEM of the only CA trusted for the gateway; null for Node's own. */
  readonly ca: string | null
}

/** What the pool says to a card process behind the door. Plain types, as in card-messages.ts and for the same reason. */
export type DoorOrder =
  /** Comes with the handle of a provider's connection, from which nobody has read a byte. */
  | {
      readonly type: 'receive'
      readonly certificate: string
      readonly key: string
      readonly doors: readonly Door[]
      /** From the connection to the whole request, and from there to our answer, in ms. */
      readonly requestMs: number
      readonly answerMs: number
    }
  | { readonly type: 'send'; readonly call: GatewayCall; readonly last: boolean }
  | { readonly type: 'answer'; readonly answer: PostedAnswer }
  | { readonly type: 'stop'; readonly why: CollectionEnd }

/** The event that such a process reports once. */
export type PostedEvent = {
  readonly type: 'card-posted'
  readonly door: string
  readonly request: PostedRequest
  readonly card: CardSummary | null
  readonly fault: PostedFault | null
}

const orderTypes: ReadonlySet<string> = new Set<DoorOrder['type']>(['receive', 'send', 'answer', 'stop'])

/** The order, or undefined for something that no pool of this version sends. */
export function readDoorOrder(message: unknown): DoorOrder | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const { type } = message as { type?: unknown }
  return typeof type === 'string' && orderTypes.has(type) ? (message as DoorOrder) : undefined
}
