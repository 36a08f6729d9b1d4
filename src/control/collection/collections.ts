import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { type BankScheme, bankFields } from '../../contracts/bank-account.ts'
import type { BridgeEvent } from '../../contracts/bridge-port.ts'
import type { CardSummary, KeyedField } from '../../contracts/card.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import type { CollectionEndReason } from '../ports.ts'
import type { CardFlow } from './card-flow.ts'
import { MaskKeeper } from './mask-keeper.ts'
import { Collection } from './runner.ts'

/** The card of another payment is being taken on this call; a caller's digits can go to one collection only. */
export class CallBusy extends AppError {
  readonly code = 'CALL_BUSY'
  readonly remedy = 'fix-request'
}

export type CollectionsOptions = {
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly clock: Clock
  readonly log: Log
  readonly settings: ControlConfig['collection']
  readonly onMask: (callId: string, masked: boolean) => void
  /** After every change of what a collection looks like, its end included. */
  readonly onChange: (collection: Collection) => void
  /** The machine has moved on. A call whose collection has ended is free again by then. */
  readonly onState: (collection: Collection) => void
  /** What the vault tells of a card, after it has been taken in. */
  readonly onTold?: (collection: Collection, event: VaultEvent) => void
}

export type StartCollection = {
  readonly callId: string
  readonly paymentId: string
  readonly connector: string
  readonly origin: string
  readonly flow: CardFlow
  /** Only the security code of this card is asked for. */
  readonly keptCard?: CardSummary
  /** A bank account is asked for instead of a card. */
  readonly bankScheme?: BankScheme
}

const endedOnesKept = 1_000

/** All collections of this process: at most one on a call. */
export class Collections {
  readonly #options: CollectionsOptions
  readonly #keeper: MaskKeeper
  /** The payment that has the call, from before its collection begins until that has ended. */
  readonly #seats = new Map<string, string>()
  readonly #byId = new Map<string, Collection>()
  readonly #byPayment = new Map<string, Collection>()
  readonly #turns = new Map<string, Promise<void>>()
  readonly #masked = new Set<string>()
  readonly #unlisten: readonly (() => void)[]

  constructor(options: CollectionsOptions) {
    this.#options = options
    const { bridge, vault, clock, log } = options
    this.#keeper = new MaskKeeper({
      bridge,
      vault,
      clock,
      log,
      callIsTaken: (callId) => this.#seats.has(callId),
      collectionIsLive: (id) => this.#isLive(id),
      collectionIsOver: (id) => this.#byId.has(id) && !this.#isLive(id),
      inTurn: (callId, work) => this.#inTurn(callId, work),
      onMask: (callId, masked) => this.#onMask(callId, masked),
    })
    this.#unlisten = [
      bridge.listen({
        onEvent: (event) => this.#onBridge(event),
        onUp: () => this.#keeper.check(),
        onDown: () => this.#onBridgeDown(),
      }),
      vault.listen({
        onEvent: (event) => this.#onVault(event),
        onUp: () => this.#keeper.check(),
        onDown: () => this.#live((collection) => collection.dispatch({ type: 'vault-lost' })),
      }),
    ]
  }

  /** Collections that have not ended. */
  get live(): number {
    return [...this.#byId.values()].filter(({ state }) => state.at !== 'ended').length
  }

  /** Calls whose mask the bridge vouches for. */
  get maskedCalls(): number {
    return this.#masked.size
  }

  /** Takes the call for a payment. False when this payment has it already; throws CallBusy when another has it. */
  reserve(callId: string, paymentId: string): boolean {
    const holder = this.#seats.get(callId)
    if (holder !== undefined && holder !== paymentId)
      throw new CallBusy('another payment is taking a card on this call')
    this.#seats.set(callId, paymentId)
    return holder === undefined
  }

  /** Gives the call back when its collection did not begin after all. */
  release(callId: string): void {
    this.#seats.delete(callId)
    this.#keeper.check()
  }

  /** Begins on a call that was reserved. */
  start({ callId, paymentId, connector, origin, flow, keptCard, bankScheme }: StartCollection): Collection {
    const { bridge, vault, clock, log, settings } = this.#options
    const { acceptedBrands, limits } = settings
    const ofCard: KeyedField[] = keptCard ? ['csc'] : settings.fields
    const fields = bankScheme ? [...bankFields[bankScheme]] : ofCard
    const kept = keptCard ? { keptCard } : {}
    const collectionId = newId('collection', clock.now())
    const brands = acceptedBrands ? { acceptedBrands } : {}
    const collection = new Collection({
      open: { collectionId, connector, origin, fields, limits, ...brands, ...kept },
      callId,
      paymentId,
      flow,
      bridge,
      vault,
      clock,
      log,
      inTurn: (work) => this.#inTurn(callId, work),
      onMask: (masked) => this.#onMask(callId, masked),
      onChange: (changed) => this.#onChange(changed),
      onState: (changed) => this.#onState(changed),
      onUnsettled: () => this.#keeper.check(),
    })
    this.#byId.set(collectionId, collection)
    this.#byPayment.set(paymentId, collection)
    this.#forgetOldest()
    collection.dispatch({ type: 'started' })
    return collection
  }

  /** The collection of a payment that goes on now, or its last one of this process's life. */
  ofPayment(paymentId: string): Collection | undefined {
    return this.#byPayment.get(paymentId)
  }

  /** Waits for what is being done to the call's media and to its card: masks, discards, unmasks. */
  async settled(callId: string): Promise<void> {
    await this.#turns.get(callId)
  }

  stopCall(callId: string, why: CollectionEndReason): void {
    this.#live((collection) => {
      if (collection.callId === callId) collection.dispatch({ type: 'stopped', why })
    })
    this.#masked.delete(callId)
    this.#unsecured(callId)
  }

  /** Stops all that is not being sent to a gateway. */
  stopAll(why: CollectionEndReason): void {
    this.#live((collection) => collection.dispatch({ type: 'stopped', why }))
  }

  /** Waits until every end has been carried out, and listens no more. */
  async close(): Promise<void> {
    await Promise.all(this.#turns.values())
    this.#keeper.stop()
    for (const unlisten of this.#unlisten) unlisten()
  }

  #onBridge(event: BridgeEvent): void {
    if (event.type === 'digits-lost') this.#byId.get(event.collectionId)?.dispatch({ type: 'digits-lost' })
    else if (event.type === 'hold')
      this.#live((collection) => {
        if (collection.callId === event.callId) collection.dispatch({ type: 'held', held: event.held })
      })
    else if (event.type === 'leg-joined' && event.masked && !this.#seats.has(event.callId))
      this.#keeper.check()
  }

  #onVault(event: VaultEvent): void {
    const collection = this.#byId.get(event.collectionId)
    if (!collection) return
    collection.onVault(event)
    this.#options.onTold?.(collection, event)
  }

  #onBridgeDown(): void {
    for (const callId of [...this.#masked]) this.#onMask(callId, false)
    this.#live((collection) => collection.bridgeLost())
  }

  #onMask(callId: string, masked: boolean): void {
    if (masked === this.#masked.has(callId)) return
    if (masked) this.#masked.add(callId)
    else {
      this.#masked.delete(callId)
      this.#unsecured(callId)
    }
    this.#options.onMask(callId, masked)
  }

  #unsecured(callId: string): void {
    for (const collection of this.#byPayment.values())
      if (collection.callId === callId) collection.unsecured()
  }

  #onChange(collection: Collection): void {
    if (this.#byPayment.get(collection.paymentId) === collection) this.#options.onChange(collection)
  }

  #onState(collection: Collection): void {
    const isSeated = this.#seats.get(collection.callId) === collection.paymentId
    const isCurrent = this.#byPayment.get(collection.paymentId) === collection
    if (collection.state.at === 'ended' && isSeated && isCurrent) this.#seats.delete(collection.callId)
    this.#options.onState(collection)
  }

  #live(say: (collection: Collection) => void): void {
    for (const collection of [...this.#byId.values()]) if (this.#isLive(collection.id)) say(collection)
  }

  #isLive(collectionId: string): boolean {
    const collection = this.#byId.get(collectionId)
    return collection !== undefined && collection.state.at !== 'ended'
  }

  /** What is done to one call's media is done one after the other, so that an old unmask never meets a new mask. */
  #inTurn(callId: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(callId) ?? Promise.resolve()
    const turn = before.then(work).catch((error: unknown) => {
      this.#options.log.error({ callId, error }, 'a step of a collection failed')
    })
    this.#turns.set(callId, turn)
    void turn.then(() => {
      if (this.#turns.get(callId) === turn) this.#turns.delete(callId)
    })
    return turn
  }

  #forgetOldest(): void {
    for (const [id, collection] of this.#byId) {
      if (this.#byId.size <= endedOnesKept) return
      if (collection.state.at !== 'ended') continue
      this.#byId.delete(id)
      if (this.#byPayment.get(collection.paymentId) === collection)
        this.#byPayment.delete(collection.paymentId)
    }
  }
}
