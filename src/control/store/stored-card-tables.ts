/** Cards that the gateway keeps: migrations 0012 and 0017. Every row names its merchant. */
export type StoredCardTables = { stored_cards: StoredCardTable }

export type StoredCardTable = {
  id: string
  merchant_id: string
  /** The merchant's own name for whose card it is. */
  customer: string
  gateway: string
  /** The gateway's reference to the card, sealed for this row. */
  token: string
  /** The gateway's name of the customer, where it has one. */
  customer_ref: string | null
  /** The card scheme's id of the payment at which it was kept. */
  network_ref: string | null
  brand: string
  last4: string
  /** `YYYY-MM` */
  expires: string
  card_use: 'customer' | 'merchant'
  consent_how: 'spoken' | 'keyed' | 'written'
  consent_kind: 'agent' | 'api-key' | 'system'
  consent_id: string
  consent_at: number
  payment_id: string
  state: 'kept' | 'forgetting'
  /** Why the gateway has not forgotten it, though it was told to: the last reason, and since when. */
  forget_because: string | null
  forget_failed_at: number | null
  created_at: number
  updated_at: number
}
