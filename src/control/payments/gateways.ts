import type { Connector, GatewayAccount } from '../../connectors/connector.ts'
import { connectorOf } from '../../connectors/registry.ts'
import type { WebhookReader } from '../../connectors/webhook.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { fingerprintOfAccount, type Place, placeOf } from './key-place.ts'
import { GatewayNotConfigured } from './payment-errors.ts'

/** How a gateway's webhooks are verified and read. */
export type GatewayWebhooks = { readonly reader: WebhookReader; readonly secrets: readonly string[] }

export type Gateway = { readonly connector: Connector; readonly account: GatewayAccount }

/** What was sent, and where: a row of an attempt or an operation. */
export type Sent = { readonly gateway: string; readonly sent_to: string | null }

/** The gateways of the configuration, by the name that payments know them by. */
export class Gateways {
  readonly #byId = new Map<string, ControlConfig['gateways'][number]>()

  /** Throws at start when a gateway names a connector that this version does not have. */
  constructor(gateways: ControlConfig['gateways']) {
    for (const gateway of gateways) {
      connectorOf(gateway.connector)
      this.#byId.set(gateway.id, gateway)
    }
  }

  /** Undefined when there is no such gateway, or its kind has no webhooks. */
  webhooksOf(gatewayId: string): GatewayWebhooks | undefined {
    const gateway = this.#byId.get(gatewayId)
    const reader = gateway && connectorOf(gateway.connector).webhooks
    return reader && { reader, secrets: (gateway.webhookSecrets ?? []).map((secret) => secret.reveal()) }
  }

  of(gatewayId: string): Gateway {
    const gateway = this.#byId.get(gatewayId)
    if (!gateway) throw new GatewayNotConfigured()
    const { origin, timeoutMs, apiKey, settings, connector } = gateway
    const account = { origin, timeoutMs, apiKey: apiKey.reveal(), ...(settings ? { settings } : {}) }
    return { connector: connectorOf(connector), account }
  }
  /** What a new attempt or operation keeps of the account that it goes to. */
  sentTo(gatewayId: string): string {
    return fingerprintOfAccount(this.of(gatewayId).account)
  }

  /** Where what was sent would go now: the configuration may have changed since. */
  placeOf({ gateway, sent_to }: Sent): Place {
    return placeOf(sent_to, this.of(gateway).account)
  }
}
