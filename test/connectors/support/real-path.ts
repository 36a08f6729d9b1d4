import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { GatewayAccount, Move } from '../../../src/connectors/connector.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import { connectorOf, connectors } from '../../../src/connectors/registry.ts'
import type { CardSummary } from '../../../src/contracts/card.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import { createGatewayClient, type GatewayClient } from '../../../src/control/clients/gateway-client.ts'
import { converse } from '../../../src/control/payments/conversation.ts'
import type { Scenario } from '../../conformance/fixture.ts'
import { fixtures } from '../../conformance/fixtures.ts'
import { type CompiledCard, compileCard } from '../../vault/support/compiled-card.ts'
import { type Behaviour, startTestGateway, type TestGateway } from '../../vault/support/test-gateway.ts'
import { VaultHarness } from '../../vault/support/vault-harness.ts'

export const connectorIds = connectors.map(({ id }) => id)

/** A reply as the bytes of an HTTP answer. */
export function bytesOf(reply: GatewayReply): Behaviour {
  if (reply.kind !== 'answered') throw new Error('only answers can be sent')
  const type = reply.headers['content-type'] ?? 'application/json'
  // RFC 9110 §8.6: no length of an answer that has no content.
  const length = reply.status === 204 ? '' : `Content-Length: ${Buffer.byteLength(reply.body)}\r\n`
  const head = `HTTP/1.1 ${reply.status} X\r\nContent-Type: ${type}\r\n${length}\r\n`
  return { do: 'answer', bytes: head + reply.body }
}

export type Paid = {
  readonly outcome: Outcome
  readonly collectionId: string
  /** Requests as the stand-in received them, head and body. */
  readonly requests: readonly string[]
}

export type Payment = {
  readonly connectorId: string
  readonly scenario: Scenario
  readonly open: (account: GatewayAccount) => Move
  readonly keys: string
  /** A card that the gateway keeps: the security code alone is keyed. */
  readonly kept?: CardSummary
  /** Instead of the answer to the call that carries the card. */
  readonly fault?: Behaviour
  /** Called while the card process still holds the card, after its call was answered. */
  readonly whileHeld?: () => void
}

/** Vault, gate and card processes as in life; a stand-in with TLS for every gateway; control's own client. */
export class RealPath {
  readonly vault: VaultHarness
  readonly #dir: string
  readonly #card: CompiledCard
  readonly #gateways: ReadonlyMap<string, TestGateway>
  readonly #client: GatewayClient

  static async start(): Promise<RealPath> {
    const dir = mkdtempSync(join(tmpdir(), 'tonewall-connectors-'))
    const gateways = new Map<string, TestGateway>()
    for (const id of connectorIds) gateways.set(id, await startTestGateway(dir))
    const card = compileCard()
    const allowed = [...gateways].map(([connector, { origin, caFile }]) => ({ connector, origin, caFile }))
    const vault = await VaultHarness.start({ cardEntry: card.entry, gateways: allowed, warm: 1 })
    return new RealPath({ dir, card, gateways, vault })
  }

  private constructor(parts: {
    dir: string
    card: CompiledCard
    gateways: ReadonlyMap<string, TestGateway>
    vault: VaultHarness
  }) {
    this.#dir = parts.dir
    this.#card = parts.card
    this.#gateways = parts.gateways
    this.vault = parts.vault
    const configured = [...parts.gateways].map(([id, { origin, caFile }]) => ({
      id,
      connector: id,
      origin,
      caFile,
      apiKey: new Secret(fixtures[id]!.account.apiKey),
      timeoutMs: 2_000,
    }))
    this.#client = createGatewayClient({ gateways: configured, clock: systemClock, log: silentLog })
  }

  account(connectorId: string): GatewayAccount {
    const { origin } = this.#gateways.get(connectorId)!
    return { ...fixtures[connectorId]!.account, origin, timeoutMs: 2_000 }
  }

  async pay({ connectorId, scenario, open, keys, kept, fault, whileHeld }: Payment): Promise<Paid> {
    const gateway = this.#gateways.get(connectorId)!
    const account = this.account(connectorId)
    const { collectionId } = await this.vault.collect(
      {
        origin: gateway.origin,
        connector: connectorId,
        ...(kept ? { fields: ['csc'], keptCard: kept } : {}),
      },
      keys,
    )
    const before = gateway.requests.length
    const answer = (call: GatewayCall) => bytesOf(fixtures[connectorId]!.answer(call, scenario))
    const outcome = await converse({
      connector: connectorOf(connectorId),
      account,
      open: () => open(account),
      send: async (call, use) => {
        gateway.behaviour = use !== 'none' && fault ? fault : answer(call)
        if (use === 'none') return this.#client.send(call)
        const reply = await this.vault.client.call('send', { collectionId, call, last: false })
        whileHeld?.()
        return reply
      },
    })
    await this.vault.client.call('discard', { collectionId })
    return { outcome, collectionId, requests: gateway.requests.slice(before) }
  }

  /** An operation without a card; what the gateway does, or its answers in its own words. */
  ask(
    connectorId: string,
    open: (account: GatewayAccount) => Move,
    does: Scenario | ((call: GatewayCall) => GatewayReply),
  ): Promise<Outcome> {
    const answer =
      typeof does === 'function' ? does : (call: GatewayCall) => fixtures[connectorId]!.answer(call, does)
    const gateway = this.#gateways.get(connectorId)!
    const account = this.account(connectorId)
    return converse({
      connector: connectorOf(connectorId),
      account,
      open: () => open(account),
      send: (call) => {
        gateway.behaviour = bytesOf(answer(call))
        return this.#client.send(call)
      },
    })
  }

  async stop(): Promise<void> {
    await this.vault.stop()
    await this.#client.close()
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.close()))
    this.#card.remove()
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
