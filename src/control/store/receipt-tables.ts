/** Tables of receipts: migration 0008. Every row names its merchant. */
export type ReceiptTables = {
  receipt_wishes: ReceiptWishTable
  receipts: ReceiptTable
  receipt_settings: ReceiptSettingsTable
  receipt_templates: ReceiptTemplateTable
}

/** Where the caller wants the payment's receipts, and who noted that they agreed. */
export type ReceiptWishTable = {
  merchant_id: string
  payment_id: string
  channel: 'email' | 'text'
  /** An e-mail address, or a telephone number in E.164. */
  address: string
  /** BCP 47; null: the merchant's. */
  locale: string | null
  consent_kind: 'agent' | 'api-key' | 'system'
  consent_id: string
  consent_at: number
}

/**
 * - `sending`: written before the first byte leaves. A text message that is found so was perhaps sent: it is looked up.
 * - `sent`, `refused`: for good
 * - `unclear`: nobody could tell whether it was sent; a person decides
 */
export type ReceiptState = 'waiting' | 'sending' | 'sent' | 'refused' | 'unclear'

export type ReceiptTable = {
  id: string
  merchant_id: string
  payment_id: string
  kind: 'sale' | 'refund'
  /** The payment of a sale, the operation of a refund. */
  subject: string
  channel: 'email' | 'text'
  address: string
  state: ReceiptState
  /** How often the provider was asked whether it has it. */
  look_ups: number
  /** The e-mail's Message-ID, or the provider's name for the text message. */
  message_ref: string | null
  because: string | null
  sent_at: number | null
  created_at: number
  updated_at: number
}

export type ReceiptSettingsTable = {
  merchant_id: string
  /** JSON: ReceiptSettings. */
  settings: string
  updated_at: number
}

export type ReceiptTemplateTable = {
  merchant_id: string
  kind: 'sale' | 'refund'
  part: 'email-subject' | 'email-html' | 'email-text' | 'text'
  body: string
  updated_at: number
}
