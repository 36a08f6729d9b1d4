import type { Clock } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Log } from '../../base/log.ts'
import { PeerAway } from '../../base/rpc/rpc-client.ts'
import type { KeyedField } from '../../contracts/card.ts'
import type { CollectionView } from '../../contracts/desk-port.ts'
import type { GatewayCall, GatewayReply } from '../../contracts/gateway-call.ts'
import type { OpenCollection, VaultEvent } from '../../contracts/vault-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import { within } from '../clients/deadline.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import type { CollectionEndReason } from '../ports.ts'
import { askCard } from './ask-card.ts'
import { calmMs } from './calm.ts'
import type { CardFlow } from './card-flow.ts'
import { type CollectionEffect, type CollectionEvent, type CollectionState, idle, step } from './machine.ts'
import { noProgress, type Progress, progressAfter, viewOf } from './progress.ts'
import { sendCard } from './send-card.ts'

/** How long the bridge or the vault may take for one effect, in ms. The card process itself is gone within a second. */
const effectMs = 5_000
/** Between the bridge losing the card process and the vault saying why, in ms. */
const lostDigitsGraceMs = 1_000

export type CollectionOptions = {
  readonly open: OpenCollection
  readonly callId: string
  readonly paymentId: string
  readonly flow: CardFlow
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly clock: Clock
  readonly log: Log
  /** Waits for what another collection, or the keeper of masks, still does to this call. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>
  /** The bridge confirmed that the call is masked, or is no longer. */
  readonly onMask: (masked: boolean) => void
  readonly onChange: (collection: Collection) => void
  /** The machine has moved on; before `onChange`. */
  readonly onState: (collection: Collection) => void
  /** The end could not be carried out to its last step: the mask stays, and its keeper takes over. */
  readonly onUnsettled: (collection: Collection) => void
}

/** Performs what the machine decides, one effect after the other, and turns what happens into its events. */
export class Collection {
  readonly #options: CollectionOptions
  #state: CollectionState = idle
  #progress: Progress
  #secured = false

  constructor(options: CollectionOptions) {
    this.#options = options
    this.#progress = noProgress(options.open.fields)
  }

  get id(): string {
    return this.#options.open.collectionId
  }

  get callId(): string {
    return this.#options.callId
  }

  get paymentId(): string {
    return this.#options.paymentId
  }

  /** As it was when the card was asked for: an agent who hangs up meanwhile does not make it another. */
  get flow(): CardFlow {
    return this.#options.flow
  }

  get state(): CollectionState {
    return this.#state
  }

  get view(): CollectionView {
    const state = this.#state
    const why = state.at === 'ended' && state.why !== 'finished' ? state.why : null
    return viewOf({ id: this.id, at: state.at, secured: this.#secured, why, progress: this.#progress })
  }

  dispatch(event: CollectionEvent): void {
    const before = this.#state
    const { state, effects } = step(before, event)
    this.#state = state
    if (effects.length > 0) void this.#options.inTurn(() => this.#perform(effects))
    if (state === before) return
    const { log, callId, paymentId } = this.#options
    const reason = state.at === 'ended' ? state.why : null
    log.info({ collectionId: this.id, callId, paymentId, state: state.at, reason }, 'collection moved on')
    this.#options.onState(this)
    this.#options.onChange(this)
  }

  onVault(event: VaultEvent): void {
    this.#progress = progressAfter(this.#progress, event)
    if (event.type === 'collected') this.dispatch({ type: 'collected', card: event.card })
    else if (event.type === 'ended') this.dispatch({ type: 'vault-ended', why: event.why })
    else if (this.#state.at !== 'ended') this.#options.onChange(this)
  }

  /** The line is open again, or gone: whoever saw to it, there is no green light any more. */
  unsecured(): void {
    if (!this.#secured) return
    this.#secured = false
    this.#options.onChange(this)
  }

  /** The green light goes out at once: a bridge that is away cannot vouch for its mask. */
  bridgeLost(): void {
    const wasSecured = this.#secured
    this.#secured = false
    const before = this.#state
    this.dispatch({ type: 'bridge-lost' })
    if (wasSecured && this.#state === before) this.#options.onChange(this)
  }

  /** Empties a field and all that follow it; the caller is asked for it again. */
  async clearField(field: KeyedField): Promise<void> {
    const { vault, clock } = this.#options
    await askCard(within(clock, effectMs, vault.call('clear-field', { collectionId: this.id, field })))
  }

  /** Empties all fields: the caller keys another card. */
  async restart(): Promise<void> {
    const { vault, clock } = this.#options
    await askCard(within(clock, effectMs, vault.call('restart', { collectionId: this.id })))
  }

  async extend(byMs: number): Promise<void> {
    const { vault, clock } = this.#options
    await askCard(within(clock, effectMs, vault.call('extend', { collectionId: this.id, byMs })))
  }

  /** One call with the card in it. Whatever happens to the vault meanwhile, this answers with what is certain. */
  async send(call: GatewayCall, last: boolean): Promise<GatewayReply> {
    this.dispatch({ type: 'send-began' })
    const { vault, clock } = this.#options
    if (this.#state.at !== 'sending') return { kind: 'not-sent', because: 'gone' }
    return sendCard({ vault, clock, collectionId: this.id, call, last })
  }

  /** In order; what fails ends the collection, or hands the mask to its keeper when it was ending already. */
  async #perform(effects: readonly CollectionEffect[]): Promise<void> {
    for (const effect of effects) {
      try {
        await this.#do(effect)
      } catch (error) {
        const { log, callId } = this.#options
        log.warn({ collectionId: this.id, callId, operation: effect.do, error }, 'an effect failed')
        // The digits' socket ends with the card process anyway: what must not fail is the discarding itself. And a card
        // that its hold came too late for, or that is not asked for yet, has nothing to suspend.
        if (effect.do === 'stop-digits' || effect.do === 'suspend') continue
        if (this.#state.at === 'ended') this.#options.onUnsettled(this)
        else this.dispatch({ type: 'stopped', why: blame(effect, error) })
        return
      }
    }
  }

  async #do(effect: CollectionEffect): Promise<void> {
    const { bridge, vault, callId, clock, open } = this.#options
    const { collectionId } = open
    switch (effect.do) {
      case 'mask':
        await within(clock, effectMs, bridge.call('mask', { callId }))
        this.#mask(true)
        return this.dispatch({ type: 'masked' })
      case 'open-vault': {
        const opened = await within(clock, effectMs, vault.call('open-collection', open))
        return this.dispatch({ type: 'vault-opened', opened })
      }
      case 'route-digits': {
        const { digitsPath, ticket } = effect.opened
        const params = { callId, collectionId, digitsPath, ticket }
        await within(clock, effectMs, bridge.call('route-digits', params))
        return this.dispatch({ type: 'digits-routed' })
      }
      case 'suspend': {
        const params = { collectionId, suspended: effect.suspended }
        await within(clock, effectMs, vault.call('suspend', params))
        return
      }
      case 'wait-for-the-vault':
        clock.after(lostDigitsGraceMs, () => this.dispatch({ type: 'digits-lost-for-good' }))
        return
      case 'stop-digits':
        await within(clock, effectMs, bridge.call('stop-digits', { callId, collectionId }))
        return
      case 'discard':
        await within(clock, effectMs, vault.call('discard', { collectionId }))
        return
      case 'unmask':
        await within(clock, effectMs, bridge.call('unmask', { callId, ...this.#calm() }))
        return this.#mask(false)
      default:
        return exhaustive(effect)
    }
  }

  /** A caller who has keyed the last digit is done; any other may be in the middle of a card. */
  #calm(): { calmMs?: number } {
    const isFinished = this.#state.at === 'ended' && this.#state.why === 'finished'
    return isFinished ? {} : { calmMs }
  }

  #mask(masked: boolean): void {
    this.#secured = masked
    this.#options.onMask(masked)
    this.#options.onChange(this)
  }
}

/** Why a collection ends when one of the effects that arm it fails. */
function blame(effect: CollectionEffect, error: unknown): CollectionEndReason {
  const away = error instanceof PeerAway
  switch (effect.do) {
    case 'open-vault':
      return away ? 'vault-lost' : 'vault-refused'
    case 'mask':
      return away ? 'bridge-lost' : 'mask-refused'
    default:
      return away ? 'bridge-lost' : 'digits-lost'
  }
}
