import type { Preview, ReceiptSettings } from '../../contracts/receipts.ts'
import type { ReceiptTemplates } from './look-store.ts'
import { type ReceiptFacts, receiptFields } from './receipt-fields.ts'
import { fillTemplate } from './template.ts'

/** Longest text message that Twilio takes, in characters. */
const longestText = 1_600

export type RenderedReceipt = Omit<Preview, 'htmlUrl'>

export type RenderOptions = {
  readonly facts: ReceiptFacts
  readonly settings: ReceiptSettings
  readonly templates: ReceiptTemplates
  /** BCP 47; the merchant's unless told. */
  readonly locale?: string | undefined
}

/** All parts of one receipt. Pure. */
export function renderReceipt({ facts, settings, templates, locale }: RenderOptions): RenderedReceipt {
  const fields = receiptFields(facts, settings, locale ?? settings.locale)
  return {
    emailSubject: fillTemplate('email-subject', templates['email-subject'], fields),
    emailHtml: fillTemplate('email-html', templates['email-html'], fields),
    emailText: fillTemplate('email-text', templates['email-text'], fields),
    text: fillTemplate('text', templates.text, fields).slice(0, longestText),
  }
}
