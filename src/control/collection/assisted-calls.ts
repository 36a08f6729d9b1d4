import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { Assistance } from '../../contracts/assistance.ts'
import { type CardField, type FieldFault, isCardField } from '../../contracts/card.ts'
import type { PromptRef } from '../../contracts/prompts.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import { askFor, faultOf } from '../../ivr/card-prompts.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import { within } from '../clients/deadline.ts'
import type { Collection } from './runner.ts'

const bridgeMs = 2_000

type Helped = {
  assistance: Assistance
  /** Why the last field was not taken, until it is asked for again. */
  faults: readonly PromptRef[]
  /** The agent hears silence in the caller's place. */
  muted: boolean
  /** The number of the card or account is what is being keyed now. */
  atPan: boolean
}

export type AssistedCallsOptions = {
  readonly bridge: BridgeClient
  readonly clock: Clock
  readonly log: Log
}

/**
 * Callers beside an agent who are helped to key: by beeps or spoken prompts that the agent does not hear, and by nobody
 * hearing a number that is read aloud. What the agent chose for a call counts for all of its cards.
 */
export class AssistedCalls {
  readonly #options: AssistedCallsOptions
  readonly #calls = new Map<string, Helped>()

  constructor(options: AssistedCallsOptions) {
    this.#options = options
  }

  of(callId: string): Assistance {
    return this.#calls.get(callId)?.assistance ?? Assistance.parse({})
  }

  /** Counts at once, in the middle of a card too. */
  choose(callId: string, assistance: Assistance): void {
    const helped = this.#helped(callId)
    helped.assistance = assistance
    if (assistance.prompts === 'silence') this.#tell(callId, 'stop-playing', { callId })
    this.#mute(callId, helped)
  }

  callEnded(callId: string): void {
    this.#calls.delete(callId)
  }

  onVault(collection: Collection, event: VaultEvent): void {
    const { callId, flow } = collection
    // Callers without an agent are talked with by their flow.
    if (flow !== 'agent') return
    // Also before anything is chosen: who mutes in the middle of the number is in the middle of it.
    const helped = this.#helped(callId)
    if (event.type === 'field-asked') helped.atPan = event.field === 'pan' || event.field === 'account-number'
    else if (event.type === 'field-accepted' || event.type === 'collected' || event.type === 'ended')
      helped.atPan = false
    this.#mute(callId, helped)
    const audio = this.#audioOf(helped, collection, event)
    if (audio.length > 0) this.#play(callId, audio)
  }

  /** Also of collections that end before the vault says anything. */
  onCollection(collection: Collection): void {
    const helped = this.#calls.get(collection.callId)
    if (!helped || collection.state.at !== 'ended') return
    helped.atPan = false
    helped.faults = []
    this.#mute(collection.callId, helped)
  }

  #helped(callId: string): Helped {
    const helped = this.#calls.get(callId) ?? {
      assistance: Assistance.parse({}),
      ...{ faults: [], muted: false, atPan: false },
    }
    this.#calls.set(callId, helped)
    return helped
  }

  #audioOf(helped: Helped, collection: Collection, event: VaultEvent): readonly PromptRef[] {
    const { prompts, locale } = helped.assistance
    if (prompts === 'silence') return []
    if (prompts === 'beeps' || isOfAccount(event)) return beepOf(event)
    if (event.type === 'field-rejected') {
      helped.faults = faultOf(event.fault as FieldFault, false).map((id) => `${locale}/${id}`)
      return []
    }
    if (event.type !== 'field-asked') return []
    const { brand } = collection.view
    const ask = askFor(event.field as CardField, brand === 'bank-account' ? null : brand)
    const audio = [...helped.faults, `${locale}/${ask}`]
    helped.faults = []
    return audio
  }

  #mute(callId: string, helped: Helped): void {
    const muted = helped.assistance.muteCaller && helped.atPan
    if (muted === helped.muted) return
    helped.muted = muted
    this.#tell(callId, 'mute-caller', { callId, muted })
  }

  #play(callId: string, audio: readonly PromptRef[]): void {
    const playId = randomBytes(8).toString('hex')
    this.#tell(callId, 'play', { callId, playId, audio: [...audio], bargeIn: true })
  }

  #tell(callId: string, ...order: Order): void {
    const { bridge, clock, log } = this.#options
    const [method, params] = order
    within(clock, bridgeMs, bridge.call(method, params as never)).catch((error: unknown) => {
      log.warn({ callId, method, error }, 'the bridge did not help a caller as the agent chose')
    })
  }
}

type Order =
  | ['play', { callId: string; playId: string; audio: PromptRef[]; bargeIn: boolean }]
  | ['stop-playing', { callId: string }]
  | ['mute-caller', { callId: string; muted: boolean }]

/** There are no spoken prompts for bank accounts: the agent asks, and the caller hears what was taken. */
function isOfAccount(event: VaultEvent): boolean {
  if (event.type === 'collected') return event.card.brand === 'bank-account'
  return 'field' in event && !isCardField(event.field)
}

function beepOf(event: VaultEvent): readonly PromptRef[] {
  if (event.type === 'field-progressed' && event.length > 0) return ['sounds/beep']
  if (event.type === 'field-accepted') return ['sounds/accepted']
  return event.type === 'field-rejected' ? ['sounds/refused'] : []
}
