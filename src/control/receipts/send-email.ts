import type { Clock } from '../../base/clock.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { Delivered } from '../outbox/target.ts'
import type { ReceiptTable } from '../store/receipt-tables.ts'
import type { Store } from '../store/store.ts'
import type { Mailer } from './mailer.ts'
import { changeReceipt } from './receipt-store.ts'
import type { RenderedReceipt } from './render-receipt.ts'

export type SendEmailOptions = { readonly store: Store; readonly clock: Clock; readonly mailer: Mailer }

/**
 * A receipt by e-mail. Tried until the mail server has it: a message that comes twice has the same Message-ID, by
 * which mail systems keep one.
 */
export class SendEmail {
  readonly #options: SendEmailOptions

  constructor(options: SendEmailOptions) {
    this.#options = options
  }

  async send(receipt: ReceiptTable, rendered: RenderedReceipt, to: string): Promise<Delivered> {
    const { store, clock, mailer } = this.#options
    const messageId = `<${receipt.id}.${receipt.kind}@${mailer.domain}>`
    const began = { state: 'sending', address: to, message_ref: messageId, because: null } as const
    await changeReceipt(store.db, receipt, began, clock.now())
    const { emailSubject: subject, emailHtml: html, emailText: text } = rendered
    const mailed = await mailer.send({ to, subject, html, text, messageId, at: receipt.created_at })
    const nowMs = clock.now()
    switch (mailed.kind) {
      case 'accepted':
        await changeReceipt(store.db, receipt, { state: 'sent', sent_at: nowMs }, nowMs)
        return { do: 'done', status: mailed.status, outcome: 'accepted' }
      case 'refused':
        await changeReceipt(store.db, receipt, { state: 'refused', because: `smtp-${mailed.status}` }, nowMs)
        return { do: 'give-up', status: mailed.status, outcome: 'refused' }
      case 'later':
        await changeReceipt(store.db, receipt, { because: mailed.outcome }, nowMs)
        return { do: 'retry', status: mailed.status, outcome: mailed.outcome }
      default:
        return exhaustive(mailed)
    }
  }
}
