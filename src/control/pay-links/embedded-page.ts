import { createHash, randomBytes } from 'node:crypto'
import { formatMoney, type Money } from '../../base/money.ts'
import type { Embed } from '../../connectors/embed.ts'

export type EmbeddedPage = {
  readonly embed: Embed
  readonly merchant: string
  readonly money: Money
  readonly reference: string
}

/** A page with what it may load: each has a nonce of its own, and is never kept. */
export type ServedPage = { readonly html: string; readonly policy: string }

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:32rem;padding:0 1rem}
.amount{font-size:1.6rem;font-variant-numeric:tabular-nums;margin:0}
iframe{width:100%;height:30rem;border:0}
button{font:inherit;font-weight:600;width:100%;padding:.7rem;margin-top:1rem}
`
const styleHash = createHash('sha256').update(style).digest('base64')

/**
 * Our page around the gateway's own component. The card goes from the browser to the gateway: nothing of it can come
 * here, as the page has no form, may ask nobody but the gateway, and reads nothing of the component's.
 */
export function embeddedPage({ embed, merchant, money, reference }: EmbeddedPage): ServedPage {
  const nonce = randomBytes(18).toString('base64url')
  const { markup, script } = embed.kind === 'frame' ? frame(embed) : stripe(embed)
  const library =
    embed.kind === 'stripe' ? `<script nonce="${nonce}" src="https://js.stripe.com/v3/"></script>` : ''
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Pay</title><style>${style}</style>${library}</head>
<body><h1>${escaped(merchant)}</h1><p class="amount">${escaped(formatMoney(money))}</p><p>${escaped(reference)}</p>
${markup}<p id="said" role="alert"></p>
<script nonce="${nonce}">${script}</script></body></html>
`
  return { html, policy: policyOf(embed, nonce) }
}

/** Nothing, save what the gateway's component needs, from the gateway's hosts; and the one script of ours, by its nonce. */
function policyOf({ hosts }: Embed, nonce: string): string {
  const from = (own: string, theirs: readonly string[] = []) => [own, ...theirs].filter(Boolean).join(' ')
  return [
    "default-src 'none'",
    `script-src ${from(`'nonce-${nonce}'`, hosts.script)}`,
    `style-src 'sha256-${styleHash}'`,
    `frame-src ${from('', hosts.frame) || "'none'"}`,
    `connect-src ${from('', hosts.connect) || "'none'"}`,
    `img-src ${from('', hosts.image) || "'none'"}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

type Piece = { readonly markup: string; readonly script: string }

/** A frame of the gateway's, which says `paid` to this page and to no other. */
function frame({ url }: Extract<Embed, { kind: 'frame' }>): Piece {
  const origin = escaped(new URL(url).origin)
  return {
    markup: `<iframe title="Card" src="${escaped(url)}" allow="" referrerpolicy="no-referrer" data-origin="${origin}"></iframe>`,
    script: `const frame = document.querySelector('iframe')
addEventListener('message', ({ origin, source, data }) => {
  if (origin === frame.dataset.origin && source === frame.contentWindow && data === 'paid') location.replace('?paid')
})`,
  }
}

/** https://docs.stripe.com/payments/payment-element: the fields are frames of Stripe's. */
function stripe({ publishableKey, clientSecret }: Extract<Embed, { kind: 'stripe' }>): Piece {
  return {
    markup: `<form id="pay" data-key="${escaped(publishableKey)}" data-secret="${escaped(clientSecret)}"><div id="element"></div><button>Pay</button></form>`,
    script: `const form = document.querySelector('#pay')
const { key, secret } = form.dataset
const stripe = Stripe(key)
const elements = stripe.elements({ clientSecret: secret })
elements.create('payment').mount('#element')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const return_url = location.origin + location.pathname + '?paid'
  const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url } })
  document.querySelector('#said').textContent = error ? error.message : ''
})`,
  }
}

const signs: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign)
