import type { Clock, Timer } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { CallView } from '../../contracts/bridge-port.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import { within } from '../clients/deadline.ts'
import type { VaultClient } from '../clients/vault-client.ts'
import { calmMs } from './calm.ts'

const againMs = 500
const answerMs = 5_000

export type MaskKeeperOptions = {
  readonly bridge: BridgeClient
  readonly vault: VaultClient
  readonly clock: Clock
  readonly log: Log
  /** True while a collection of ours has, or is about to have, this call. */
  readonly callIsTaken: (callId: string) => boolean
  readonly collectionIsLive: (collectionId: string) => boolean
  /** True when the collection was ours, and is over. */
  readonly collectionIsOver: (collectionId: string) => boolean
  readonly inTurn: (callId: string, work: () => Promise<void>) => Promise<void>
  readonly onMask: (callId: string, masked: boolean) => void
}

/**
 * Takes off the masks that no collection of ours takes off any more: those of a collection whose end was cut short,
 * of a control that died, of a bridge that came back. A mask goes only when the vault has said that it holds no card
 * but those of our live collections; as long as bridge or vault is away, nothing is known, and every mask stays.
 */
export class MaskKeeper {
  readonly #options: MaskKeeperOptions
  #checking = false
  #again: Timer | undefined
  #stopped = false

  constructor(options: MaskKeeperOptions) {
    this.#options = options
  }

  /** Looks at every call soon. Cheap to say often. */
  check(): void {
    if (this.#stopped) return
    if (this.#checking) {
      this.#later()
      return
    }
    this.#checking = true
    this.#again?.cancel()
    this.#again = undefined
    this.#look()
      .catch((error: unknown) => {
        this.#options.log.warn({ error }, 'masks could not be checked, and stay')
        // Bridge or vault away: their return is the next occasion. Anything else is tried again.
        if (this.#options.bridge.up && this.#options.vault.up) this.#later()
      })
      .finally(() => {
        this.#checking = false
      })
  }

  stop(): void {
    this.#stopped = true
    this.#again?.cancel()
  }

  #later(): void {
    if (this.#stopped || this.#again) return
    this.#again = this.#options.clock.after(againMs, () => {
      this.#again = undefined
      this.check()
    })
  }

  async #look(): Promise<void> {
    const { bridge, vault, clock, callIsTaken, onMask } = this.#options
    if (!bridge.up || !vault.up) return
    const { calls } = await within(clock, answerMs, bridge.call('snapshot', {}))
    for (const call of calls) if (!callIsTaken(call.callId)) onMask(call.callId, call.masked)
    const left = calls.filter((call) => (call.masked || call.collectionId) && !callIsTaken(call.callId))
    const nothingHeld = await this.#emptyVault(left)
    if (left.length === 0) return
    if (!nothingHeld) return this.#later()
    await Promise.all(left.map((call) => this.#unmask(call)))
  }

  /** Discards what is left of collections that are over. True when the vault then holds none but our live ones. */
  async #emptyVault(calls: readonly CallView[]): Promise<boolean> {
    const { vault, clock, collectionIsLive, collectionIsOver } = this.#options
    const routed = new Set(calls.map((call) => call.collectionId))
    const strangers = async () => {
      const { collectionIds } = await within(clock, answerMs, vault.call('list', {}))
      return collectionIds.filter((id) => !collectionIsLive(id))
    }
    const held = await strangers()
    const ours = held.filter((id) => collectionIsOver(id) || routed.has(id))
    await Promise.all(
      ours.map((collectionId) => within(clock, answerMs, vault.call('discard', { collectionId }))),
    )
    return held.length === 0 || (await strangers()).length === 0
  }

  #unmask({ callId, collectionId }: CallView): Promise<void> {
    const { bridge, clock, log, callIsTaken, inTurn, onMask } = this.#options
    return inTurn(callId, async () => {
      if (callIsTaken(callId)) return
      try {
        if (collectionId) await within(clock, answerMs, bridge.call('stop-digits', { callId, collectionId }))
        if (callIsTaken(callId)) return
        await within(clock, answerMs, bridge.call('unmask', { callId, calmMs }))
        onMask(callId, false)
        log.info({ callId }, 'a mask that was left over was taken off')
      } catch (error) {
        log.warn({ callId, error }, 'a mask that was left over stays for now')
        this.#later()
      }
    })
  }
}
