import type { Clock } from '../../base/clock.ts'
import { PeerAway, RequestRefused } from '../../base/rpc/rpc-client.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import { PeerSilent, within } from '../clients/deadline.ts'
import type { VaultClient } from '../clients/vault-client.ts'

/** What the vault may need beyond the call's own time limit: dialling, TLS, and its answer to us, in ms. */
const vaultMarginMs = 10_000

/**
 * Refusals that come before a card process has been told to send: certain that no byte left. Every other refusal
 * is taken for what could be worst.
 */
const refusedBeforeSending = new Set([
  'METHOD_UNKNOWN',
  'PARAMS_INVALID',
  'COLLECTION_UNKNOWN',
  'NOT_COLLECTED',
])

export type SendCard = {
  readonly vault: VaultClient
  readonly clock: Clock
  readonly collectionId: string
  readonly call: GatewayCall
  readonly last: boolean
}

/** Sends a call through the card process. Answers with what is certain; never throws. */
export async function sendCard(options: SendCard): Promise<GatewayReply> {
  const { vault, clock, collectionId, call, last } = options
  try {
    const limitMs = call.timeoutMs + vaultMarginMs
    return await within(clock, limitMs, vault.call('send', { collectionId, call, last }))
  } catch (error) {
    if (error instanceof PeerAway && !error.sent) return { kind: 'not-sent', because: 'gone' }
    if (error instanceof PeerAway) return { kind: 'no-answer', because: 'gone' }
    if (error instanceof RequestRefused && refusedBeforeSending.has(error.code))
      return { kind: 'not-sent', because: 'policy' }
    return { kind: 'no-answer', because: error instanceof PeerSilent ? 'timeout' : 'unreadable' }
  }
}
