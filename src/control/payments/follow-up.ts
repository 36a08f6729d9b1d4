import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Outcome } from '../../connectors/outcome.ts'
import type { FollowUpRequest } from '../../connectors/requests.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Store } from '../store/store.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'
import { converse } from './conversation.ts'
import type { Gateways } from './gateways.ts'
import { type OperationRow, updateLiveOperation } from './operation-store.ts'
import { mayResendUnsent, type WayToKnow, wayToKnow } from './resend-rules.ts'

/** Waits before a request that was certainly not sent is sent again, with the same key, in ms. */
const resendAfterMs = [250, 1_000] as const

export type FollowUpOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
}

/** Talks with the gateway about captures, voids and refunds. The key of an operation is never another. */
export class FollowUp {
  readonly #options: FollowUpOptions

  constructor(options: FollowUpOptions) {
    this.#options = options
  }

  /** Sends it for the first time; again only when it certainly did not leave. */
  async send(operation: OperationRow): Promise<Outcome> {
    const { clock, log, store, watch } = this.#options
    for (const [tries, waitMs] of [...resendAfterMs, undefined].entries()) {
      const outcome = watch.ended(operation.gateway, operation.kind, await this.#once(operation))
      if (outcome.kind !== 'not-sent' || !mayResendUnsent(outcome.because) || waitMs === undefined)
        return outcome
      log.warn(
        { operationId: operation.id, reason: outcome.because, count: tries + 1 },
        'not sent; once more',
      )
      watch.repeated(operation.gateway, operation.kind)
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
      const nowMs = clock.now()
      await updateLiveOperation(store.db, operation, { sent_at: nowMs, updated_at: nowMs })
    }
    throw new Error('the last try always returns')
  }

  /** How its outcome can be learnt now, by what the gateway promises. */
  wayToKnow(operation: OperationRow): WayToKnow {
    const { gateways, clock } = this.#options
    const { connector } = gateways.of(operation.gateway)
    return wayToKnow({
      facts: connector.facts,
      ageMs: clock.now() - operation.created_at,
      place: gateways.placeOf(operation),
      canInquire: connector.inquireFollowUp !== undefined,
      hasGatewayRef: operation.gateway_ref !== null,
    })
  }

  /** What a new operation keeps of the account that it goes to. */
  sentTo({ gateway }: Pick<OperationRow, 'gateway'>): string {
    return this.#options.gateways.sentTo(gateway)
  }

  /** False once the gateway's account has been changed: whoever is asked now may not know what went to the other. */
  isAskedWhereItWent(operation: OperationRow): boolean {
    return this.#options.gateways.placeOf(operation) === 'same-account'
  }

  /** Whether nobody will tell what became of an operation that was received: then it is asked after, every hour. */
  isToBeAsked({ gateway }: Pick<OperationRow, 'gateway'>): boolean {
    const { connector } = this.#options.gateways.of(gateway)
    return connector.webhooks === undefined && connector.inquireFollowUp !== undefined
  }

  /** Asks after one that was received; never sends it again. */
  async ask(operation: OperationRow): Promise<Outcome> {
    const { watch } = this.#options
    return watch.ended(operation.gateway, 'inquire', await this.#inquire(operation))
  }

  async resolve(operation: OperationRow): Promise<Outcome> {
    const way = this.wayToKnow(operation)
    if (way === 'wait') return { kind: 'unknown', because: 'waiting for the gateway to tell' }
    const { watch } = this.#options
    if (way === 'resend') watch.repeated(operation.gateway, operation.kind)
    const outcome = way === 'resend' ? await this.#once(operation) : await this.#inquire(operation)
    watch.ended(operation.gateway, way === 'resend' ? operation.kind : 'inquire', outcome)
    // That a second sending failed says nothing of the first.
    return outcome.kind === 'not-sent' ? { kind: 'unknown', because: `asked: ${outcome.because}` } : outcome
  }

  #once(operation: OperationRow): Promise<Outcome> {
    const { gateways, gatewayClient, watch } = this.#options
    const { connector, account } = gateways.of(operation.gateway)
    return converse({
      connector,
      account,
      open: () => connector[operation.kind](requestOf(operation), account),
      send: (call) => watch.call(operation.gateway, call, (one) => gatewayClient.send(one)),
    })
  }

  #inquire(operation: OperationRow): Promise<Outcome> {
    const { gateways, gatewayClient, watch } = this.#options
    const { connector, account } = gateways.of(operation.gateway)
    const ask = connector.inquireFollowUp
    if (!ask) return Promise.resolve({ kind: 'unknown', because: 'the gateway cannot be asked' })
    const { kind, gateway_ref } = operation
    const found = gateway_ref === null ? {} : { followUpRef: gateway_ref }
    return converse({
      connector,
      account,
      open: () => ask({ ...requestOf(operation), kind, ...found }, account),
      send: (call) => watch.call(operation.gateway, call, (one) => gatewayClient.send(one)),
    })
  }
}

function requestOf(operation: OperationRow): FollowUpRequest {
  return {
    gatewayRef: operation.payment_ref,
    ourReference: operation.id,
    idempotencyKey: operation.idempotency_key,
    money: { amountMinor: operation.amount_minor, currency: operation.currency },
  }
}
