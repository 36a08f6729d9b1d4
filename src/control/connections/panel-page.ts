import { createHash } from 'node:crypto'
import { formatMoney } from '../../base/money.ts'
import type { RecordRef } from '../../contracts/connections.ts'
import type { PaymentResource } from '../../contracts/desk-port.ts'

const style = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 0; padding: 12px; }
h1 { font-size: 15px; margin: 0 0 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 8px 6px 0; border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); vertical-align: top; }
th { font-weight: 600; border-top: 0; }
td.money { font-variant-numeric: tabular-nums; white-space: nowrap; }
.state { font-weight: 600; }
.bad { color: #b3261e; } .good { color: #14713d; }
@media (prefers-color-scheme: dark) { .bad { color: #ff8a80; } .good { color: #7bd89b; } }
p { margin: 0; }
`

/** For `style-src`: only this style, and nothing else, is taken by the browser. */
const styleHash = createHash('sha256').update(style).digest('base64')

/**
 * Nothing is loaded, no script runs, nothing is sent from it; it may stand in the frames that the configuration names.
 *
 * @param frameAncestors origins, such as `https://example.lightning.force.com`
 */
export function panelPolicy(frameAncestors: readonly string[]): string {
  const frames = frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frames}`,
  ].join('; ')
}

const good = new Set(['authorised', 'captured', 'partly-refunded', 'refunded'])
const bad = new Set(['declined', 'unknown'])

/** A record's payments, for the CRM's page of that record. */
export function panelPage(record: RecordRef, payments: readonly PaymentResource[]): string {
  const title = `Payments of ${record.kind} ${record.id}`
  const rows = payments.map(row).join('\n')
  const table = `<table><thead><tr><th scope="col">When</th><th scope="col">Amount</th><th scope="col">State</th><th scope="col">Card</th><th scope="col">Reference</th></tr></thead><tbody>\n${rows}\n</tbody></table>`
  const body = payments.length > 0 ? table : '<p>No payment has been taken for this record.</p>'
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body><h1>${escaped(title)}</h1>${body}</body></html>
`
}

function row(payment: PaymentResource): string {
  const { currency, amountMinor, refundedMinor, status, brand, last4, reference, createdAt } = payment
  const tone = good.has(status) ? 'good' : bad.has(status) ? 'bad' : ''
  const time = new Date(createdAt).toISOString()
  const refunded =
    refundedMinor > 0
      ? `<br>${escaped(formatMoney({ amountMinor: refundedMinor, currency }))} given back`
      : ''
  const card = last4 ? `${brand ?? 'card'} ending ${last4}` : '–'
  return `<tr><td><time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></td><td class="money">${escaped(formatMoney({ amountMinor, currency }))}${refunded}</td><td class="state ${tone}">${escaped(status)}</td><td>${escaped(card)}</td><td>${escaped(reference)}</td></tr>`
}

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
}
