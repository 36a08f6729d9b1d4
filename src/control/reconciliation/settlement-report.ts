import { AppError } from '../../base/errors.ts'
import type { SettlementLine } from '../../connectors/settlement-lines.ts'
import type { GatewayClient } from '../clients/gateway-client.ts'
import type { Gateways } from '../payments/gateways.ts'
import type { GatewayWatch } from '../watch/gateway-watch.ts'

/** More pages than a month of a busy merchant has: a gateway that goes round in circles. */
const mostPages = 10_000

/** The gateway has no settlement lines that could be read by this version. */
export class SettlementNotAvailable extends AppError {
  readonly code = 'SETTLEMENT_NOT_AVAILABLE'
  readonly remedy = 'fix-request'
  constructor() {
    super('the gateway’s connector reads no settlement lines')
  }
}

export type ReportOptions = {
  readonly gateways: Gateways
  readonly gatewayClient: GatewayClient
  readonly watch: GatewayWatch
}

export type ReportRange = { readonly gateway: string; readonly sinceMs: number; readonly untilMs: number }

export type Report =
  | { readonly ok: true; readonly lines: SettlementLine[] }
  | { readonly ok: false; readonly because: string }

/** Every line of this time, page by page. One page that cannot be read makes the whole unusable. */
export async function readReport(
  { gateways, gatewayClient, watch }: ReportOptions,
  { gateway, sinceMs, untilMs }: ReportRange,
): Promise<Report> {
  const { connector, account } = gateways.of(gateway)
  const source = connector.settlement
  if (!source) throw new SettlementNotAvailable()
  const lines: SettlementLine[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const request = { sinceMs, untilMs, ...(cursor === undefined ? {} : { cursor }) }
    const call = source.page(request, account)
    const page = source.read(await watch.call(gateway, call, (one) => gatewayClient.send(one)))
    if (!page.ok) return page
    lines.push(...page.lines)
    if (page.cursor === undefined) return { ok: true, lines }
    cursor = page.cursor
  }
  return { ok: false, because: 'too many pages' }
}
