import { fromGatewayUnits } from '../amounts.ts'
import type { SettlementSource } from '../connector.ts'
import { parse, present } from '../reading.ts'
import type { SettlementLine } from '../settlement-lines.ts'
import { callOf } from '../writing.ts'
import { amounts } from './amounts.ts'
import { connectorId, headersOf } from './requests.ts'
import { BalancePage, type BalanceTransaction } from './wire.ts'

const kinds: Readonly<Record<string, SettlementLine['kind']>> = {
  charge: 'payment',
  payment: 'payment',
  refund: 'refund',
  payment_refund: 'refund',
  payout: 'payout',
  stripe_fee: 'fee',
  application_fee: 'fee',
}

/** Balance transactions, newest first. https://docs.stripe.com/api/balance_transactions/list */
export const settlement: SettlementSource = {
  page({ sinceMs, untilMs, cursor }, account) {
    const query = new URLSearchParams({
      'created[gte]': String(Math.floor(sinceMs / 1_000)),
      'created[lt]': String(Math.floor(untilMs / 1_000)),
      limit: '100',
      ...(cursor === undefined ? {} : { starting_after: cursor }),
    })
    const path = `/v1/balance_transactions?${query}`
    return callOf({
      connector: connectorId,
      operation: 'settlement',
      account,
      path,
      headers: headersOf(account),
    })
  },
  read(reply) {
    if (reply.kind !== 'answered') return { ok: false, because: reply.because }
    const page = reply.status === 200 ? parse(BalancePage, reply) : undefined
    if (!page) return { ok: false, because: `status ${reply.status}` }
    const lines = page.data.map(lineOf)
    if (lines.some((line) => line === undefined)) return { ok: false, because: 'an amount of no currency' }
    const cursor = page.has_more ? page.data.at(-1)?.id : undefined
    return { ok: true, lines: lines as SettlementLine[], ...present('cursor', cursor) }
  },
}

function lineOf(entry: BalanceTransaction): SettlementLine | undefined {
  const currency = entry.currency.toUpperCase()
  const minor = (amount: number) => fromGatewayUnits(amount, currency, amounts)?.amountMinor
  const [grossMinor, feeMinor, netMinor] = [minor(entry.amount), minor(entry.fee), minor(entry.net)]
  if (grossMinor === undefined || feeMinor === undefined || netMinor === undefined) return undefined
  // Disputes come as adjustments.
  const disputed = entry.type === 'adjustment' && entry.source?.startsWith('dp_')
  const kind = disputed ? 'chargeback' : (kinds[entry.type] ?? 'adjustment')
  const availableAt = entry.available_on * 1_000
  const source = present('gatewayRef', entry.source)
  return { id: entry.id, kind, ...source, grossMinor, feeMinor, netMinor, currency, availableAt }
}
