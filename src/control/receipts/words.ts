/** What a receipt says that is neither the merchant's nor the payment's, in one language. */
export type ReceiptWords = {
  readonly receipt: string
  readonly refund: string
  readonly paid: string
  readonly refunded: string
  readonly date: string
  readonly card: string
  readonly bankAccount: string
  readonly authCode: string
  readonly reference: string
  readonly receiptNumber: string
  readonly orderedBy: string
  readonly telephoneOrder: string
  readonly originalAmount: string
  readonly refundPolicy: string
  readonly questions: string
}

const english: ReceiptWords = {
  receipt: 'Receipt',
  refund: 'Refund',
  paid: 'Paid',
  refunded: 'Refunded',
  date: 'Date',
  card: 'Card',
  bankAccount: 'Bank account',
  authCode: 'Authorisation code',
  reference: 'Reference',
  receiptNumber: 'Receipt number',
  orderedBy: 'How you paid',
  telephoneOrder: 'Telephone order',
  originalAmount: 'Of the original',
  refundPolicy: 'Refund policy',
  questions: 'Questions?',
}

const german: ReceiptWords = {
  receipt: 'Zahlungsbeleg',
  refund: 'Erstattung',
  paid: 'Bezahlt',
  refunded: 'Erstattet',
  date: 'Datum',
  card: 'Karte',
  bankAccount: 'Bankkonto',
  authCode: 'Genehmigungsnummer',
  reference: 'Referenz',
  receiptNumber: 'Belegnummer',
  orderedBy: 'Zahlungsweg',
  telephoneOrder: 'Telefonische Bestellung',
  originalAmount: 'Vom ursprünglichen Betrag',
  refundPolicy: 'Rückerstattung',
  questions: 'Fragen?',
}

const french: ReceiptWords = {
  receipt: 'Reçu',
  refund: 'Remboursement',
  paid: 'Payé',
  refunded: 'Remboursé',
  date: 'Date',
  card: 'Carte',
  bankAccount: 'Compte bancaire',
  authCode: 'Numéro d’autorisation',
  reference: 'Référence',
  receiptNumber: 'Numéro de reçu',
  orderedBy: 'Mode de paiement',
  telephoneOrder: 'Commande par téléphone',
  originalAmount: 'Sur le montant initial',
  refundPolicy: 'Conditions de remboursement',
  questions: 'Des questions ?',
}

const spanish: ReceiptWords = {
  receipt: 'Recibo',
  refund: 'Reembolso',
  paid: 'Pagado',
  refunded: 'Reembolsado',
  date: 'Fecha',
  card: 'Tarjeta',
  bankAccount: 'Cuenta bancaria',
  authCode: 'Código de autorización',
  reference: 'Referencia',
  receiptNumber: 'Número de recibo',
  orderedBy: 'Forma de pago',
  telephoneOrder: 'Pedido por teléfono',
  originalAmount: 'Del importe original',
  refundPolicy: 'Política de reembolso',
  questions: '¿Preguntas?',
}

const dutch: ReceiptWords = {
  receipt: 'Betaalbewijs',
  refund: 'Terugbetaling',
  paid: 'Betaald',
  refunded: 'Terugbetaald',
  date: 'Datum',
  card: 'Kaart',
  bankAccount: 'Bankrekening',
  authCode: 'Autorisatiecode',
  reference: 'Referentie',
  receiptNumber: 'Bewijsnummer',
  orderedBy: 'Betaalwijze',
  telephoneOrder: 'Telefonische bestelling',
  originalAmount: 'Van het oorspronkelijke bedrag',
  refundPolicy: 'Terugbetalingsbeleid',
  questions: 'Vragen?',
}

const words: Readonly<Record<string, ReceiptWords>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  nl: dutch,
}

/** The words of a locale's language; English where there are none yet. */
export function receiptWords(locale: string): ReceiptWords {
  return words[new Intl.Locale(locale).language] ?? english
}
