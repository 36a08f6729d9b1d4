import { describe, expect, it } from 'vitest'
import { ReceiptKind, ReceiptSettings, TemplatePart } from '../../../src/contracts/receipts.ts'
import { defaultTemplate } from '../../../src/control/receipts/default-templates.ts'
import { type ReceiptFacts, receiptFields } from '../../../src/control/receipts/receipt-fields.ts'
import { checkTemplate, fillTemplate } from '../../../src/control/receipts/template.ts'

const settings = ReceiptSettings.parse({ merchantName: 'Fish & Chips <Ltd>', timeZone: 'Asia/Tokyo' })
const facts: ReceiptFacts = {
  kind: 'sale',
  receiptId: 'rcp_01jd3f8p0m9x2v7k4q6r5s8t1w',
  paymentId: 'pay_1',
  reference: '{{amount}} <b>1</b>',
  customer: '{{amount}}',
  description: null,
  amountMinor: 500,
  originalMinor: 500,
  currency: 'JPY',
  brand: 'amex',
  last4: '0005',
  authCode: null,
  at: Date.UTC(2026, 10, 22, 23, 30),
}
const fields = receiptFields(facts, settings)
const refusal = (part: TemplatePart, body: string) => {
  try {
    checkTemplate(part, body)
    return null
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('a template', () => {
  it('of ours uses nothing but our fields', () => {
    for (const kind of ReceiptKind.options)
      for (const part of TemplatePart.options) expect(refusal(part, defaultTemplate(kind, part))).toBeNull()
  })

  it.each([
    ['an unknown field', '{{pan}}'],
    ['an unknown section', '{{#cards}}x{{/cards}}'],
    ['an unescaped field', '{{{reference}}}'],
    ['an unescaped field', '{{&reference}}'],
    ['a partial', '{{>other}}'],
    ['other delimiters', '{{=<% %>=}}<%amount%>'],
    ['a path', '{{constructor.name}}'],
    ['a tag that is not closed', '{{#amount}}'],
    ['a tag that is not open', '{{/amount}}'],
  ])('may not have %s: %s', (_, body) => expect(refusal('email-html', body)).toBe('TEMPLATE_REFUSED'))

  it('of a text message has the receipt number, by which it is found again', () => {
    expect(refusal('text', '{{amount}}')).toBe('TEMPLATE_REFUSED')
    expect(refusal('text', '{{amount}} {{receiptNumber}}')).toBeNull()
  })

  it('of a subject is one line, whatever it is filled with', () => {
    expect(refusal('email-subject', 'a\r\nBcc: eve@example.com')).toBe('TEMPLATE_REFUSED')
    const filled = fillTemplate('email-subject', '{{reference}}', { ...fields, reference: 'a\r\nBcc: eve' })
    expect(filled).toBe('a Bcc: eve')
  })

  it('escapes for HTML, and only there; a value is never a template', () => {
    expect(fillTemplate('email-html', '{{merchantName}} {{reference}}', fields)).toBe(
      'Fish &amp; Chips &lt;Ltd&gt; {{amount}} &lt;b&gt;1&lt;&#x2F;b&gt;',
    )
    expect(fillTemplate('text', '{{merchantName}}', fields)).toBe('Fish & Chips <Ltd>')
    expect(fillTemplate('text', 'For {{customer}}', fields)).toBe('For {{amount}}')
  })
})

describe('the fields', () => {
  it('write amounts in the currency’s own units, and dates in the merchant’s own day', () => {
    expect(fields).toMatchObject({ amount: 'JP¥500', brand: 'American Express', last4: '0005', authCode: '' })
    expect(fields.date).toContain('23 November 2026 at 08:30')
    expect(fields.date).toContain('GMT+9')
  })

  it.each([
    ['de-DE', 'Bezahlt', '500\u00a0¥'],
    ['fr-FR', 'Payé', '500\u00a0JPY'],
    ['nl-NL', 'Betaald', 'JP¥\u00a0500'],
    ['ja-JP', 'Paid', '￥500'],
  ])('speak %s', (locale, status, amount) => {
    const spoken = receiptFields(facts, settings, locale)
    expect([spoken.status, spoken.amount]).toEqual([status, amount])
  })

  it('leave no doubt on any colour of the merchant’s', () => {
    const on = (colour: string) => receiptFields(facts, { ...settings, colour }).onColour
    expect(['#000000', '#16324f', '#ff0000', '#f2b705', '#ffffff'].map(on)).toEqual([
      '#ffffff',
      '#ffffff',
      '#000000',
      '#000000',
      '#000000',
    ])
  })
})
