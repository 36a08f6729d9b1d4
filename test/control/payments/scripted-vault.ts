import { newId } from '../../../src/base/ids.ts'
import { silentLog } from '../../../src/base/log.ts'
import { RequestRefused } from '../../../src/base/rpc/rpc-client.ts'
import { type RpcPeer, type RpcServer, serveRpc } from '../../../src/base/rpc/rpc-server.ts'
import type { GatewayCall, GatewayReply } from '../../../src/contracts/gateway-call.ts'
import type { PostedAnswer, PostedCard } from '../../../src/contracts/posted-card.ts'
import { type VaultContract, type VaultEvent, vaultContract } from '../../../src/contracts/vault-port.ts'
import type { ScriptedPeerOptions } from './scripted-bridge.ts'

export const shownCard = { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2030 } as const

/** A vault without cards: it plays the caller's keys by the contract, and sends to whom the test says. */
export class ScriptedVault {
  /** Collections that are held, with the one that opened them. */
  readonly held = new Map<string, RpcPeer<VaultContract>>()
  readonly refused = new Map<string, string>()
  /** What providers that posted a card were answered. */
  readonly answered: PostedAnswer[] = []
  #control: RpcPeer<VaultContract> | undefined
  /** Every call with a card, in order. */
  readonly sent: GatewayCall[] = []
  /** What the gateway answers to a card; set by the test. */
  gateway: (call: GatewayCall) => GatewayReply | Promise<GatewayReply> = () => ({
    kind: 'not-sent',
    because: 'refused',
  })
  readonly #options: ScriptedPeerOptions
  #server: RpcServer | undefined

  constructor(options: ScriptedPeerOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { socketPath, token, journal } = this.#options
    const heard = (method: string) => {
      journal.push(method)
      const code = this.refused.get(method)
      if (code) throw new RequestRefused(code)
    }
    this.#server = await serveRpc({
      contract: vaultContract,
      socketPath,
      token,
      log: silentLog,
      onPeer: (peer) => {
        this.#control = peer
      },
      onPeerGone: (peer) => {
        for (const [id, opener] of this.held) if (opener === peer) this.held.delete(id)
      },
      handlers: {
        'open-collection': ({ collectionId, fields }, peer) => {
          heard('open-collection')
          this.held.set(collectionId, peer)
          setImmediate(() => {
            this.tell({ type: 'deadline-moved', collectionId, deadlineAt: 1_768_479_300_000 })
            this.tell({ type: 'field-asked', collectionId, field: fields[0] ?? 'pan' })
          })
          return { ticket: 't'.repeat(43), digitsPath: '/run/digits' }
        },
        'clear-field': ({ collectionId, field }) => {
          heard('clear-field')
          this.tell({ type: 'field-cleared', collectionId, field, by: 'agent' })
          return null
        },
        restart: () => {
          heard('restart')
          return null
        },
        extend: ({ collectionId, byMs }) => {
          heard('extend')
          this.tell({ type: 'deadline-moved', collectionId, deadlineAt: 1_768_479_300_000 + byMs })
          return null
        },
        suspend: ({ collectionId, suspended }) => {
          heard(suspended ? 'suspend' : 'resume')
          this.tell({ type: 'suspended', collectionId, suspended })
          return null
        },
        send: async ({ collectionId, call, last }) => {
          heard('send')
          if (!this.held.has(collectionId)) throw new RequestRefused('COLLECTION_UNKNOWN')
          this.sent.push(call)
          const reply = await this.gateway(call)
          const isPosted = this.#posted.has(collectionId)
          if (last && reply.kind !== 'not-sent' && !isPosted) this.end(collectionId, 'finished')
          return reply
        },
        'answer-posted': ({ collectionId, answer }) => {
          heard('answer-posted')
          this.answered.push(answer)
          this.held.delete(collectionId)
          return null
        },
        discard: ({ collectionId }) => {
          heard('discard')
          this.end(collectionId, 'discarded')
          return null
        },
        list: () => ({ collectionIds: [...this.held.keys()] }),
        posture: () => ({ platform: 'test', protections: [] }),
      },
    })
  }

  tell(event: VaultEvent): void {
    this.held.get(event.collectionId)?.send(event)
  }

  readonly #posted = new Set<string>()

  /** A voice provider posts a card at the door. */
  post(posted: PostedCard): string {
    const collectionId = newId('collection', 0)
    if (!this.#control) throw new Error('nobody would hear of it')
    this.held.set(collectionId, this.#control)
    this.#posted.add(collectionId)
    this.tell({ type: 'card-posted', collectionId, ...posted })
    return collectionId
  }

  /** The caller has keyed all fields. */
  keyCard(collectionId = this.onlyOne()): void {
    for (const [field, length] of [['pan', 16] as const, ['expiry', 4] as const, ['csc', 3] as const]) {
      this.tell({ type: 'field-asked', collectionId, field })
      this.tell({ type: 'field-progressed', collectionId, field, length, brand: 'visa' })
      this.tell({ type: 'field-accepted', collectionId, field, length })
    }
    this.tell({ type: 'collected', collectionId, card: shownCard })
  }

  end(collectionId: string, why: Extract<VaultEvent, { type: 'ended' }>['why']): void {
    this.tell({ type: 'ended', collectionId, why })
    this.held.delete(collectionId)
  }

  onlyOne(): string {
    const [id, another] = this.held.keys()
    if (!id || another) throw new Error('the vault does not hold exactly one collection')
    return id
  }

  /** As SIGKILL would: what it held is gone. */
  async kill(): Promise<void> {
    this.held.clear()
    await this.#server?.close()
    this.#server = undefined
  }
}
