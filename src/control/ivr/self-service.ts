import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { BridgeEvent } from '../../contracts/bridge-port.ts'
import { CardBrand, FieldFault, isCardField } from '../../contracts/card.ts'
import type { VaultEvent } from '../../contracts/vault-port.ts'
import type { Dialogue, DialogueEffect, Outcome } from '../../ivr/dialogue.ts'
import { saying } from '../../ivr/dialogue.ts'
import type { Flow } from '../../ivr/flow.ts'
import { begin } from '../../ivr/machine.ts'
import type { CallState } from '../calls/call-state.ts'
import { flowOfAddress } from '../calls/flow-address.ts'
import type { LiveCall } from '../calls/missing-legs.ts'
import type { BridgeClient } from '../clients/bridge-client.ts'
import type { Collection } from '../collection/runner.ts'
import { declineOf, type PaymentRow } from '../payments/rows.ts'
import type { Payments } from '../ports.ts'
import type { Receipts } from '../receipts/receipts.ts'
import type { StoredCards } from '../stored-cards/stored-cards.ts'
import type { CallerBills } from './caller-bills.ts'
import { CallerPayment, confirmationKey, ivrOf, localeKey } from './caller-payment.ts'
import { Conversation } from './conversation.ts'
import type { FlowShelf } from './flow-shelf.ts'

export type SelfServiceOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly bridge: BridgeClient
  readonly flows: FlowShelf
  readonly bills: CallerBills
  readonly payments: Payments
  readonly receipts: Receipts
  readonly storedCards: Pick<StoredCards, 'newest' | 'pay'>
  /** Rings an agent for the call. Rejects when that is impossible. */
  readonly callAgent: (call: LiveCall, to: string) => Promise<void>
  /** Sends the caller a link for the same payment. Rejects when that is impossible. */
  readonly sendLink: (
    payment: CallerPayment,
    effect: Extract<DialogueEffect, { do: 'send-link' }>,
    to: string,
  ) => Promise<void>
  readonly hangUp: (callId: string) => void
}

/** Payments that may still come to something, or have. */
const approved = new Set<PaymentRow['status']>(['authorised', 'captured'])

/** Every caller who is served without an agent, from the first word until they hang up, or are with somebody. */
export class SelfService {
  readonly #options: SelfServiceOptions
  readonly #conversations = new Map<string, Conversation>()
  /** Why a collection ended, until its payment has heard of it. */
  readonly #ends = new Map<string, string>()

  constructor(options: SelfServiceOptions) {
    this.#options = options
  }

  /** Callers who are being served. */
  get live(): number {
    return this.#conversations.size
  }

  /** After every change of a call. `fresh`: it has just come; otherwise it was found again after a loss of ours. */
  onCall(call: LiveCall, before: CallState, fresh: boolean): void {
    const { id, agentAddress } = call.facts
    const known = this.#conversations.get(id)
    if (call.state.status === 'ended') {
      known?.on({ type: 'call-over' })
      return
    }
    const cameBack = call.state.caller.state === 'joined' && before.caller.state !== 'joined'
    if (!cameBack || call.state.agent.state !== 'left') return
    const name = flowOfAddress(agentAddress)
    if (name === undefined) return
    known?.on({ type: 'call-over' })
    const start = this.#start(call, name, { fresh: fresh && known === undefined })
    start.catch((error: unknown) => {
      this.#options.log.error({ callId: id, name, error }, 'a caller cannot be served')
      this.#options.hangUp(id)
    })
  }

  onBridge(event: BridgeEvent): void {
    const conversation = this.#conversations.get(event.callId)
    if (!conversation) return
    if (event.type === 'played') conversation.played(event.playId, event.how)
    else if (event.type === 'key') conversation.on({ type: 'key', key: event.key })
    else if (event.type === 'agent-missed') conversation.on({ type: 'agent-missed' })
    else if (event.type === 'leg-joined' && event.role === 'agent') conversation.on({ type: 'agent-joined' })
  }

  onVault(collection: Collection, event: VaultEvent): void {
    const conversation = this.#of(collection)
    if (!conversation) return
    // Callers without an agent are asked for cards only: a debit needs somebody who hears that they agree.
    if (event.type === 'field-asked' && isCardField(event.field)) {
      const brand = CardBrand.nullable().catch(null).parse(collection.view.brand)
      conversation.on({ type: 'field-asked', field: event.field, brand })
    } else if (event.type === 'field-rejected' && isCardField(event.field)) {
      const fault = FieldFault.parse(event.fault)
      conversation.on({ type: 'field-rejected', field: event.field, fault })
    }
  }

  /** The payment hears of the end first: only then can it be begun again. */
  onCollection(collection: Collection): void {
    const { state } = collection
    if (!this.#of(collection) || state.at !== 'ended' || state.why === 'finished') return
    this.#ends.set(collection.paymentId, state.why)
  }

  onPayment(row: PaymentRow): void {
    const conversation = this.#conversations.get(row.call_id)
    if (conversation?.payment.id !== row.id) return
    const why = this.#ends.get(row.id)
    if (row.status === 'authorising' && conversation.collects) conversation.on({ type: 'charging' })
    else if (row.status === 'ready' && row.last4 !== null)
      conversation.on({ type: 'collected', last4: row.last4 })
    else if (conversation.pays) {
      const outcome = outcomeOf(row)
      if (outcome) conversation.on({ type: 'paid', outcome })
      else if (row.status === 'created') conversation.on({ type: 'card-ended', why: why ?? 'refused' })
    } else if (why !== undefined && (row.status === 'created' || row.status === 'declined')) {
      this.#ends.delete(row.id)
      conversation.on({ type: 'card-ended', why })
    }
  }

  #of(collection: Collection): Conversation | undefined {
    const conversation = this.#conversations.get(collection.callId)
    const isOurs = conversation?.payment.id === collection.paymentId
    return isOurs && !conversation?.payment.isStale(collection.id) ? conversation : undefined
  }

  async #start(call: LiveCall, name: string, { fresh }: { readonly fresh: boolean }): Promise<void> {
    const { facts } = call
    const { id: callId, merchantId, from } = facts
    const { flows, clock, log, bridge, bills, callAgent, sendLink, hangUp } = this.#options
    const { payments, receipts, storedCards } = this.#options
    const flow = flows.get(name)
    if (!flow) throw new Error(`no flow ${name} in ivr.flowsDir`)
    const first = fresh ? begin(flow) : begin(flow, flow.interrupted, await this.#wordsOf(call, flow))
    log.info({ callId, merchantId, name }, 'a caller is served without an agent')
    const conversation: Conversation = new Conversation({
      ...{ callId, merchantId, from, first, clock, log, bridge, bills },
      payment: new CallerPayment({ payments, receipts, storedCards, merchantId, callId }),
      callAgent: (to) => callAgent(call, to),
      sendLink: (payment, effect) => sendLink(payment, effect, from),
      hangUp: () => hangUp(callId),
      onOver: () => {
        if (this.#conversations.get(callId) === conversation) this.#conversations.delete(callId)
      },
    })
    this.#conversations.set(callId, conversation)
  }

  /** What a caller has to know whose payment was under way when the line was lost: they must not pay twice. */
  async #wordsOf({ facts }: LiveCall, flow: Flow): Promise<(dialogue: Dialogue) => Dialogue> {
    const { payments } = this.#options
    const page = { callId: facts.id, limit: 1 }
    const [last] = (await payments.list(ivrOf(facts.merchantId), page)).data
    const spoken = last?.metadata[localeKey]
    const locale = flow.locales.find((one) => one === spoken) ?? flow.locales[0]!
    const became = last ? (told[last.status] ?? []) : []
    return (dialogue) => saying({ ...dialogue, locale }, 'interrupted', ...became)
  }
}

/** Of a payment that may have been made, or was: the prompt that says so. */
const told: { readonly [S in PaymentRow['status']]?: readonly string[] } = {
  authorised: ['approved'],
  captured: ['approved'],
  authorising: ['unknown'],
  unknown: ['unknown'],
}

function outcomeOf(row: PaymentRow): Outcome | undefined {
  if (approved.has(row.status)) {
    const { [confirmationKey]: confirmation = '' } = JSON.parse(row.metadata) as Record<string, string>
    return { is: 'approved', confirmation }
  }
  if (row.status === 'unknown') return { is: 'unknown' }
  if (row.status !== 'declined') return undefined
  return { is: 'declined', otherCard: declineOf(row)?.retry !== 'same-card' }
}
