import type { Connector, GatewayAccount } from '../../connectors/connector.ts'
import { connectorOf } from '../../connectors/registry.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import { GatewayNotConfigured } from './payment-errors.ts'

export type Gateway = { readonly connector: Connector; readonly account: GatewayAccount }

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

  of(gatewayId: string): Gateway {
    const gateway = this.#byId.get(gatewayId)
    if (!gateway) throw new GatewayNotConfigured()
    const { origin, timeoutMs, apiKey, settings, connector } = gateway
    const account = { origin, timeoutMs, apiKey: apiKey.reveal(), ...(settings ? { settings } : {}) }
    return { connector: connectorOf(connector), account }
  }
}
