import { createHash } from 'node:crypto'
import { formatMoney } from '../base/money.ts'
import type { HostedLink } from './ledger.ts'

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 26rem; padding: 2rem 1rem; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .7rem; border: 1px solid GrayText; border-radius: 8px; }
button { font: inherit; font-weight: 600; margin-top: 1.25rem; width: 100%; padding: .7rem; border: 0; border-radius: 8px; background: #14532d; color: #fff; }
[role=alert] { padding: .6rem .8rem; border-left: 4px solid #b3261e; }
.amount { font-size: 1.6rem; font-variant-numeric: tabular-nums; }
`
const styleHash = createHash('sha256').update(style).digest('base64')

/** In a frame: tells the page around it, and no other, that it was paid. */
const script = `parent.postMessage('paid', document.currentScript.dataset.to)`
const scriptHash = createHash('sha256').update(script).digest('base64')

export type Page = { readonly html: string; readonly policy: string }

/** A page by itself, or in the frame of the one origin that the merchant has named. Nothing is loaded; the form goes back to where it came from. */
export function pageIn(embedOrigin: string | undefined, place: 'pay' | 'embed') {
  const isFramed = place === 'embed' && embedOrigin !== undefined
  const ancestors = isFramed ? embedOrigin : 'https: http://127.0.0.1:* http://localhost:*'
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(isFramed ? [`script-src 'sha256-${scriptHash}'`] : []),
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${ancestors}`,
  ].join('; ')
  return (html: string, says?: 'paid'): Page => {
    const told = isFramed && says ? `<script data-to="${escaped(embedOrigin)}">${script}</script>` : ''
    return { html: html.replace('</body>', `${told}</body>`), policy }
  }
}

/** Where the caller pays: the gateway's own page, as Stripe's or Adyen's would be. */
export function payPage(link: HostedLink, refused: string | null): string {
  const { merchantReference, description = '' } = link
  return page(
    'Pay',
    `<h1>Sandbox gateway</h1>
<p class="amount">${escaped(formatMoney({ amountMinor: link.amount, currency: link.currency }))}</p>
<p>${escaped(description || merchantReference)}</p>
${refused === null ? '' : `<p role="alert">${escaped(refused)}</p>`}
<form method="post" autocomplete="off">
<label for="number">Card number</label><input id="number" name="number" inputmode="numeric" required>
<label for="expiry">Expiry (MM/YY)</label><input id="expiry" name="expiry" inputmode="numeric" required>
<label for="csc">Security code</label><input id="csc" name="csc" inputmode="numeric" required>
<button>Pay</button>
</form>`,
  )
}

export function wordPage(title: string, text: string): string {
  return page(title, `<h1>${escaped(title)}</h1><p>${escaped(text)}</p>`)
}

const page = (title: string, body: string) =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body>${body}</body></html>
`

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
