import { fromDecimal } from '../amounts.ts'
import type { GatewayAccount, SettlementSource } from '../connector.ts'
import { parse, present } from '../reading.ts'
import type { SettlementLine, SettlementRequest } from '../settlement-lines.ts'
import { callOf, setting } from '../writing.ts'
import { connectorId } from './requests.ts'
import { signedHeaders } from './signing.ts'
import { PurchasesAndRefunds, type Settled } from './wire.ts'

const pageLines = 100

const kinds: Readonly<Record<string, SettlementLine['kind']>> = { purchase: 'payment', refund: 'refund' }

/**
 * "Purchase and refund details", by the day on which they were sent to the bank. Fees are there where the acquirer tells CyberSource.
 * https://developer.cybersource.com/api-reference-assets/index.html#reporting_purchase-and-refund-details
 */
export const settlement: SettlementSource = {
  page(request, account) {
    const path = pathOf(request, account)
    return callOf({
      connector: connectorId,
      operation: 'settlement',
      account,
      method: 'GET',
      path,
      headers: { 'v-c-merchant-id': setting(account, 'merchantId'), accept: 'application/hal+json' },
      computedHeaders: signedHeaders(account, { method: 'GET', path }),
    })
  },
  read(reply) {
    if (reply.kind !== 'answered') return { ok: false, because: `${reply.kind}: ${reply.because}` }
    // No transaction in this time: documented as an error.
    if (reply.status === 404) return { ok: true, lines: [] }
    if (reply.status !== 200) return { ok: false, because: `status ${reply.status}` }
    const page = parse(PurchasesAndRefunds, reply)
    if (!page) return { ok: false, because: 'unreadable answer' }
    const settled = page.settlements ?? []
    const lines = settled.flatMap((one) => lineOf(one, page) ?? [])
    if (lines.length !== settled.length) return { ok: false, because: 'an amount of no currency' }
    const { offset = 0, limit = pageLines, pageResults = 0 } = page
    return { ok: true, lines, ...(pageResults < limit ? {} : { cursor: String(offset + limit) }) }
  },
}

function pathOf({ sinceMs, untilMs, cursor = '0' }: SettlementRequest, account: GatewayAccount): string {
  const query = new URLSearchParams({
    startTime: new Date(sinceMs).toISOString(),
    endTime: new Date(untilMs).toISOString(),
    organizationId: setting(account, 'merchantId'),
    viewBy: 'submissionDate',
    offset: cursor,
    limit: String(pageLines),
  })
  return `/reporting/v3/purchase-refund-details?${query}`
}

/** The lists of a page are joined by the request that they are about. */
function lineOf(settled: Settled, page: PurchasesAndRefunds): SettlementLine | undefined {
  const { requestId, transactionType, amount, currencyCode: currency } = settled
  const kind = kinds[transactionType.toLowerCase()] ?? 'adjustment'
  const minor = fromDecimal(amount, currency)?.amountMinor
  if (minor === undefined) return undefined
  const fees = page.feeAndFundingDetails?.find((one) => one.requestId === requestId)
  const fee =
    fees?.totalFee && fees.feeCurrency === currency ? fromDecimal(fees.totalFee, currency) : undefined
  const [grossMinor, feeMinor] = [kind === 'refund' ? -minor : minor, fee?.amountMinor ?? 0]
  const request = page.requestDetails?.find((one) => one.requestId === requestId)
  return {
    id: `${requestId}:${transactionType}`,
    kind,
    gatewayRef: requestId,
    ...present('ourReference', request?.merchantReferenceNumber),
    grossMinor,
    feeMinor,
    netMinor: grossMinor - feeMinor,
    currency,
    availableAt: Date.parse(settled.submissionTime),
  }
}
