import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ReceiptSettings, TemplatePart } from '../../src/contracts/receipts.ts'
import { defaultTemplate } from '../../src/control/receipts/default-templates.ts'
import type { ReceiptTemplates } from '../../src/control/receipts/look-store.ts'
import type { ReceiptFacts } from '../../src/control/receipts/receipt-fields.ts'
import { renderReceipt } from '../../src/control/receipts/render-receipt.ts'
import { describeInBrowser, launchChromium } from '../support/chromium.ts'

/** With UPDATE_PICTURES set, the pictures of docs/receipts.md are taken anew. */
const update = process.env.UPDATE_PICTURES !== undefined

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

const sale: ReceiptFacts = {
  kind: 'sale',
  receiptId: 'rcp_01jd3f8p0m9x2v7k4q6r5s8t1w',
  paymentId: 'pay_01jd3f8p0m9x2v7k4q6r5s8t1w',
  reference: 'order-1001',
  customer: null,
  description: 'Two tickets, row F',
  amountMinor: 4_250,
  originalMinor: 4_250,
  currency: 'GBP',
  brand: 'visa',
  last4: '4242',
  authCode: 'T3A91C',
  at: Date.UTC(2026, 10, 22, 14, 5),
}
const books = ReceiptSettings.parse({
  merchantName: 'Harbour Lane Books',
  address: '14 Harbour Lane\nBristol BS1 4QA',
  contactEmail: 'help@harbourlane.example',
  contactPhone: '+44 117 496 0000',
  website: 'harbourlane.example',
  refundPolicy: 'Unused tickets and books are refunded within 30 days to the card they were paid with.',
})
const german = {
  ...books,
  merchantName: 'Bücherstube am Markt',
  colour: '#f2b705',
  locale: 'de-DE',
  timeZone: 'Europe/Berlin',
  refundPolicy: 'Erstattungen erfolgen innerhalb von 30 Tagen auf die verwendete Karte.',
}
const refund: ReceiptFacts = {
  ...sale,
  kind: 'refund',
  amountMinor: 1_250,
  currency: 'EUR',
  description: null,
}
const longWords = {
  ...sale,
  reference: 'R'.repeat(64),
  description: 'D'.repeat(200),
  amountMinor: 999_999_999,
}

const html = (facts: ReceiptFacts, settings: ReceiptSettings) => {
  const templates = Object.fromEntries(
    TemplatePart.options.map((part) => [part, defaultTemplate(facts.kind, part)]),
  ) as ReceiptTemplates
  return renderReceipt({ facts, settings, templates }).emailHtml
}

describeInBrowser('a receipt in HTML', () => {
  it.each([
    ['a sale', 'receipt-sale', sale, books],
    ['a refund in German', 'receipt-refund', refund, german],
    ['a sale with the longest words', null, longWords, books],
  ] as const)('of %s fits every width, in light and in dark', async (_, picture, facts, settings) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, deviceScaleFactor: 1.5 })
      for (const width of [320, 360, 720]) {
        await page.setViewportSize({ width, height: 600 })
        await page.setContent(html(facts, settings))
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${width} px`).toBe(width)
      }
      expect(await page.evaluate('document.documentElement.lang')).toBe(settings.locale.slice(0, 2))
      const shot = await page.screenshot({ fullPage: true })
      expect(shot.length).toBeGreaterThan(10_000)
      if (update && picture && colorScheme === 'light')
        writeFileSync(path.resolve('docs', `${picture}.png`), shot)
      await page.close()
    }
  })
})
