import type { PayLinkInquiry, PayLinkRequest } from '../../../src/connectors/requests.ts'

export const ourReference = 'att_01jd3f8p0m9x2v7k4q6r5s8t1w'
const nowMs = Date.UTC(2026, 0, 15, 12)
const money = { amountMinor: 1_050, currency: 'GBP' }

export const linkRequest: PayLinkRequest = {
  money,
  ourReference,
  idempotencyKey: `link-${ourReference}`,
  merchantReference: 'order-7',
  description: 'Two tickets, row F',
  capture: true,
  returnUrl: 'https://pay.example.com/l/abcdefghijklmnopqrstuv',
  nowMs,
  expiresAtMs: nowMs + 3_600_000,
  locale: 'en-GB',
}

export const inquiry: PayLinkInquiry = { linkRef: 'cs_test_a1', ourReference, money, capture: true }
