import { formatMoney } from '../../base/money.ts'
import type { ReceiptKind, ReceiptSettings } from '../../contracts/receipts.ts'
import { receiptWords } from './words.ts'

/** What a receipt tells of. Nothing of a card but brand and last four ever comes this far. */
export type ReceiptFacts = {
  readonly kind: ReceiptKind
  readonly receiptId: string
  readonly paymentId: string
  readonly reference: string
  readonly customer: string | null
  readonly description: string | null
  /** What was taken, or given back; and of a refund, what had been taken. */
  readonly amountMinor: number
  readonly originalMinor: number
  readonly currency: string
  readonly brand: string | null
  readonly last4: string | null
  readonly authCode: string | null
  /** When the money moved, epoch ms. */
  readonly at: number
}

const brandNames: Readonly<Record<string, string>> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  maestro: 'Maestro',
}

/** How a bank account is debited, by the currency. */
const schemeNames: Readonly<Record<string, string>> = { GBP: 'Bacs', USD: 'ACH' }

/** The closed set of fields that a template may use, and what the desk says of each. Absent ones are empty. */
export const receiptFieldNames = {
  merchantName: 'Your name',
  address: 'Your postal address',
  contactEmail: 'Your e-mail address for questions',
  contactPhone: 'Your telephone number for questions',
  website: 'Your website',
  logoUrl: 'The address of your logo',
  colour: 'Your colour',
  onColour: 'Black or white, whichever can be read on your colour',
  amount: 'What was paid or given back, for example £42.50',
  originalAmount: 'Of a refund: what had been paid',
  date: 'Date and time with the time zone',
  brand: 'Visa, Mastercard, …; of a bank account Bacs or ACH',
  last4: 'The last four digits of the card or account',
  authCode: 'The authorisation code of the card’s bank',
  reference: 'Your reference of the payment',
  customer: 'Your name of the customer; empty when the payment names none',
  description: 'Your description of the payment',
  receiptNumber: 'Ours: one for each receipt',
  paymentId: 'Our id of the payment',
  refundPolicy: 'Your refund policy',
  language: 'The language of the receipt, for example en',
  title: 'Receipt or Refund, in the receipt’s language',
  status: 'Paid or Refunded, in the receipt’s language',
  telephoneOrder: '“Telephone order”, in the receipt’s language',
  wordDate: '“Date”, in the receipt’s language',
  wordCard: '“Card”, or “Bank account”',
  wordAuthCode: '“Authorisation code”',
  wordReference: '“Reference”',
  wordReceiptNumber: '“Receipt number”',
  wordOrderedBy: '“How you paid”',
  wordOriginalAmount: '“Of the original”',
  wordRefundPolicy: '“Refund policy”',
  wordQuestions: '“Questions?”',
} as const

export type ReceiptFields = Readonly<Record<keyof typeof receiptFieldNames, string>>

/** The fields of one receipt, written for a locale. */
export function receiptFields(
  facts: ReceiptFacts,
  settings: ReceiptSettings,
  locale = settings.locale,
): ReceiptFields {
  const words = receiptWords(locale)
  const isRefund = facts.kind === 'refund'
  const isAccount = facts.brand === 'bank-account'
  const money = (amountMinor: number) => formatMoney({ amountMinor, currency: facts.currency }, locale)
  const { logoUrl, locale: _locale, timeZone, ...branding } = settings
  return {
    ...branding,
    logoUrl: logoUrl ?? '',
    onColour: onColour(settings.colour),
    amount: money(facts.amountMinor),
    originalAmount: isRefund ? money(facts.originalMinor) : '',
    date: dateIn(locale, timeZone, facts.at),
    brand: isAccount ? (schemeNames[facts.currency] ?? '') : (brandNames[facts.brand ?? ''] ?? ''),
    last4: facts.last4 ?? '',
    authCode: facts.authCode ?? '',
    reference: facts.reference,
    customer: facts.customer ?? '',
    description: facts.description ?? '',
    receiptNumber: receiptNumber(facts.receiptId),
    paymentId: facts.paymentId,
    language: new Intl.Locale(locale).language,
    title: isRefund ? words.refund : words.receipt,
    status: isRefund ? words.refunded : words.paid,
    telephoneOrder: words.telephoneOrder,
    wordDate: words.date,
    wordCard: isAccount ? words.bankAccount : words.card,
    wordAuthCode: words.authCode,
    wordReference: words.reference,
    wordReceiptNumber: words.receiptNumber,
    wordOrderedBy: words.orderedBy,
    wordOriginalAmount: words.originalAmount,
    wordRefundPolicy: words.refundPolicy,
    wordQuestions: words.questions,
  }
}

/** Short enough to be read out: 50 random bits of the id. A text message is found by it at the provider's. */
export function receiptNumber(receiptId: string): string {
  return receiptId.slice(-10).toUpperCase()
}

function dateIn(locale: string, timeZone: string, at: number): string {
  const format = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'short',
  })
  return format.format(at)
}

/** The better contrast by WCAG's relative luminance: 0.179 is where black and white are equal. */
function onColour(colour: string): string {
  const channel = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
  return luminance > 0.179 ? '#000000' : '#ffffff'
}
