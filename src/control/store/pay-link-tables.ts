/** Pay links: migration 0014. Every row names its merchant. */
export type PayLinkTables = { pay_links: PayLinkTable }

export type PayLinkTable = {
  /** Our reference at the gateway. */
  attempt_id: string
  merchant_id: string
  payment_id: string
  /** In our address: leads to the gateway's page as long as the link is open. */
  token: string
  /** The gateway's page; null until it was made. */
  page_url: string | null
  channel: 'email' | 'text' | null
  address: string | null
  locale: string | null
  expires_at: number
  /** 1 while it may still be paid. */
  open: 0 | 1
  created_at: number
  updated_at: number
  kind: 'hosted' | 'embedded'
  /** JSON: what our page needs to show the gateway's component; null for a hosted page, and until it was made. */
  embed: string | null
}
