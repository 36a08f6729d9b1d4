import type { ReceiptKind, TemplatePart } from '../../contracts/receipts.ts'
import { defaultHtml } from './default-html.ts'

const subject = '{{title}} {{receiptNumber}}: {{amount}}, {{merchantName}}'

const emailText = `{{merchantName}}
{{title}} {{receiptNumber}}

{{status}}: {{amount}}
{{#originalAmount}}
{{wordOriginalAmount}}: {{originalAmount}}
{{/originalAmount}}
{{#description}}
{{description}}
{{/description}}

{{wordDate}}: {{date}}
{{#last4}}
{{wordCard}}: {{brand}} **** {{last4}}
{{/last4}}
{{#authCode}}
{{wordAuthCode}}: {{authCode}}
{{/authCode}}
{{wordOrderedBy}}: {{telephoneOrder}}
{{#reference}}
{{wordReference}}: {{reference}}
{{/reference}}
{{wordReceiptNumber}}: {{receiptNumber}}
{{#refundPolicy}}

{{wordRefundPolicy}}
{{refundPolicy}}
{{/refundPolicy}}

{{#contactEmail}}
{{wordQuestions}} {{contactEmail}}{{#contactPhone}}, {{contactPhone}}{{/contactPhone}}
{{/contactEmail}}
{{merchantName}}
{{address}}
`

const text =
  '{{merchantName}}: {{status}} {{amount}}{{#last4}}, {{brand}} {{last4}}{{/last4}}, {{telephoneOrder}}, {{date}}.' +
  '{{#authCode}} {{wordAuthCode}} {{authCode}}.{{/authCode}}' +
  '{{#reference}} {{wordReference}} {{reference}}.{{/reference}} {{wordReceiptNumber}} {{receiptNumber}}.' +
  '{{#refundPolicy}} {{refundPolicy}}{{/refundPolicy}}'

const parts: Readonly<Record<TemplatePart, string>> = {
  'email-subject': subject,
  'email-html': defaultHtml,
  'email-text': emailText,
  text,
}

/** What a merchant's receipts are made of until the merchant writes something else. Sales and refunds share it. */
export function defaultTemplate(_kind: ReceiptKind, part: TemplatePart): string {
  return parts[part]
}
