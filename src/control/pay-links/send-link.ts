import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { PayLinkView } from '../../contracts/pay-links.ts'
import type { PaymentRow } from '../payments/rows.ts'
import { merchantName } from '../payments/store.ts'
import type { Mailer } from '../receipts/mailer.ts'
import type { Texter } from '../receipts/texter.ts'
import type { Store } from '../store/store.ts'
import { linkMessage } from './link-words.ts'
import type { PayLinkRow } from './pay-link-store.ts'

export type SendLinkOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly mailer: Mailer | null
  readonly texter: Texter | null
}

/**
 * Sends the address of a link, once: the agent is there, sees what became of it, and may send it again. A text message
 * whose answer was lost is `unclear`, and never sent again by itself.
 */
export class SendLink {
  readonly #options: SendLinkOptions

  constructor(options: SendLinkOptions) {
    this.#options = options
  }

  async send(payment: PaymentRow, link: PayLinkRow, url: string): Promise<PayLinkView['delivery']> {
    const { store, mailer, texter, log } = this.#options
    if (link.channel === null || link.address === null) return 'none'
    const { subject, text } = linkMessage({
      merchant: await merchantName(store.db, payment.merchant_id),
      money: { amountMinor: payment.amount_minor, currency: payment.currency },
      reference: payment.reference,
      url,
      locale: link.locale ?? 'en-GB',
    })
    const to = link.address
    const facts = { paymentId: payment.id, kind: link.channel }
    if (link.channel === 'email' && mailer) {
      const messageId = `<${link.attempt_id}.pay-link@${mailer.domain}>`
      const mail = { to, subject, text, html: htmlOf(text, url), messageId, at: link.created_at }
      const mailed = await mailer.send(mail)
      log.info({ ...facts, outcome: mailed.kind }, 'pay link mailed')
      return mailed.kind === 'accepted' ? 'sent' : mailed.kind === 'refused' ? 'refused' : 'unclear'
    }
    if (link.channel === 'text' && texter) {
      const texted = await texter.send({ to, body: text })
      log.info({ ...facts, outcome: texted.kind }, 'pay link texted')
      return texted.kind === 'accepted' ? 'sent' : texted.kind === 'unknown' ? 'unclear' : 'refused'
    }
    return 'refused'
  }
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign)

function htmlOf(text: string, url: string): string {
  const [before = '', after = ''] = text.split(url)
  const link = `<a href="${escaped(url)}">${escaped(url)}</a>`
  return `<!doctype html><html><body><p>${escaped(before)}${link}${escaped(after)}</p></body></html>`
}
