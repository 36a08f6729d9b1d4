import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { bankFields } from '../contracts/bank-account.ts'
import { isCardField, type KeyedField } from '../contracts/card.ts'
import type { CollectionEnd, CollectionOpened, OpenCollection, VaultEvent } from '../contracts/vault-port.ts'
import type { ModulusFiles } from './card-messages.ts'
import type { CardProcess } from './card-process.ts'
import type { GatewayRoots } from './gateway-roots.ts'
import { HeldCollection } from './held-collection.ts'
import {
  CollectionExists,
  CollectionUnknown,
  FieldsNotCollectable,
  GatewayNotAllowed,
  VaultFull,
  VaultStopping,
} from './vault-errors.ts'
import type { WarmCards } from './warm-cards.ts'

/** A gateway that may be dialled. */
export type AllowedGateway = {
  readonly connector: string
  readonly origin: string
  /** PEM of its only CAs; null for Node's own. */
  readonly ca: string | null
  /** What is known of them. */
  readonly roots: GatewayRoots
}

export type PoolOptions = {
  readonly cards: WarmCards
  readonly gateways: readonly AllowedGateway[]
  readonly runDir: string
  readonly maxCollections: number
  /** Goes along with every collection of a UK account; null: the merchant has none. */
  readonly modulus: ModulusFiles | null
  readonly clock: Clock
  readonly log: Log
}

/** Whoever opened a collection: it hears of it, and takes it along when it goes. */
export type Owner = { send(event: VaultEvent): void }

type Held = { readonly collection: HeldCollection; readonly owner: Owner }

/** The collections of this vault. Sees tickets, counts and states; no digit ever comes here. */
export class Pool {
  readonly #options: PoolOptions
  readonly #held = new Map<string, Held>()
  /** Being opened: counted, and not to be opened twice. */
  readonly #opening = new Map<string, Owner>()
  readonly #ownersGone = new WeakSet<Owner>()
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  async open(request: OpenCollection, owner: Owner): Promise<CollectionOpened> {
    const gateway = this.#admit(request)
    this.#opening.set(request.collectionId, owner)
    try {
      return await this.#hold(await this.#options.cards.take(), { request, gateway, owner })
    } finally {
      this.#opening.delete(request.collectionId)
    }
  }

  get(collectionId: string): HeldCollection {
    const held = this.#held.get(collectionId)
    if (!held) throw new CollectionUnknown()
    return held.collection
  }

  /** Harmless when it is gone already. */
  async discard(collectionId: string): Promise<void> {
    await this.#held.get(collectionId)?.collection.stop('discarded')
  }

  list(): string[] {
    return [...this.#held.keys()]
  }

  /** The owner's connection is lost: so are its collections, the ones that are only being opened too. */
  ownerGone(owner: Owner): void {
    this.#ownersGone.add(owner)
    for (const held of this.#held.values())
      if (held.owner === owner) void held.collection.stop('control-lost')
  }

  async close(why: CollectionEnd): Promise<void> {
    this.#stopping = true
    await Promise.all([...this.#held.values()].map(({ collection }) => collection.stop(why)))
  }

  #admit(request: OpenCollection): AllowedGateway {
    const { gateways, maxCollections } = this.#options
    const { collectionId, connector, origin, fields, keptCard } = request
    if (this.#stopping) throw new VaultStopping()
    if (this.#held.has(collectionId) || this.#opening.has(collectionId)) throw new CollectionExists()
    const gateway = gateways.find((allowed) => allowed.connector === connector && allowed.origin === origin)
    if (!gateway) throw new GatewayNotAllowed()
    if (!collectable(fields, keptCard !== undefined)) throw new FieldsNotCollectable()
    if (this.#held.size + this.#opening.size >= maxCollections) throw new VaultFull()
    return gateway
  }

  async #hold(
    card: CardProcess,
    { request, gateway, owner }: { request: OpenCollection; gateway: AllowedGateway; owner: Owner },
  ): Promise<CollectionOpened> {
    const { runDir, clock, log, modulus: files } = this.#options
    const { collectionId } = request
    const modulus = request.fields.includes('sort-code') ? files : null
    const beganMs = clock.monotonicMs()
    const onEvent = (event: VaultEvent) => {
      if (event.type === 'ended') this.#held.delete(collectionId)
      owner.send(event)
    }
    const collection = new HeldCollection({ request, card, runDir, trust: gateway, modulus, clock, onEvent })
    this.#held.set(collectionId, { collection, owner })
    void collection.ended.then(() => {
      const durationMs = Math.round(clock.monotonicMs() - beganMs)
      log.info({ collectionId, durationMs }, 'collection ended, its process is gone')
    })
    if (this.#stopping || this.#ownersGone.has(owner)) {
      await collection.stop('control-lost')
      throw new VaultStopping()
    }
    log.info({ collectionId, ...(card.pid === undefined ? {} : { pid: card.pid }) }, 'collection opened')
    try {
      return await collection.open()
    } catch (error) {
      await collection.stop('discarded')
      throw error
    }
  }
}

/**
 * Number and expiry make a card that can be summed up and sent; nothing is asked for twice, the number comes first. Of a
 * card that the gateway keeps, the security code is all that is missing. Of a bank account, both of its fields.
 */
function collectable(fields: readonly KeyedField[], isKept: boolean): boolean {
  if (isKept) return fields.length === 1 && fields[0] === 'csc'
  if (Object.values(bankFields).some((bank) => bank.join() === fields.join())) return true
  if (!fields.every(isCardField)) return false
  return fields[0] === 'pan' && fields.includes('expiry') && new Set(fields).size === fields.length
}
