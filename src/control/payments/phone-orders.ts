import type { ConnectorFacts } from '../../connectors/connector.ts'
import type { ControlConfig } from '../../contracts/process-config/control-config.ts'
import type { CardFlow } from '../collection/card-flow.ts'
import { MotoNotDeclarable } from './payment-errors.ts'

export type MotoSettings = ControlConfig['moto']

export type PhoneOrdersOptions = {
  readonly moto: MotoSettings
  readonly merchants: readonly Pick<ControlConfig['merchants'][number], 'id' | 'moto'>[]
}

export type Declaration = {
  readonly merchantId: string
  readonly flow: CardFlow
  /** Of the gateway's connector. */
  readonly facts: Pick<ConnectorFacts, 'motoField'>
  /** What the order says of it, if anything. */
  readonly wanted?: boolean | undefined
}

/**
 * What is declared to the gateway as a mail or telephone order (MOTO): what the payment's order says, else what the
 * merchant's acquirer covers for the flow, else what the platform's settings say. It is decided when the payment is made,
 * and stays; a renewal that the merchant begins is never one.
 */
export class PhoneOrders {
  readonly #platform: MotoSettings
  readonly #ofMerchant: ReadonlyMap<string, MotoSettings | undefined>

  constructor({ moto, merchants }: PhoneOrdersOptions) {
    this.#platform = moto
    this.#ofMerchant = new Map(merchants.map((merchant) => [merchant.id, merchant.moto]))
  }

  usual(merchantId: string, flow: CardFlow): boolean {
    return (this.#ofMerchant.get(merchantId) ?? this.#platform)[flow]
  }

  /** Null where the gateway has no word for it: then nothing is declared. Throws MotoNotDeclarable when an order wants it said there. */
  declared({ merchantId, flow, facts, wanted }: Declaration): boolean | null {
    if (facts.motoField !== undefined) return wanted ?? this.usual(merchantId, flow)
    if (wanted !== undefined) throw new MotoNotDeclarable()
    return null
  }
}
