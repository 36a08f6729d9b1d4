/** What the merchant told about an account, as the adapter's schema made it. Nothing secret. */
export type Settings = Readonly<Record<string, unknown>>

/** Where requests and where tokens go, `https://host[:port]` each. */
export type Origins = { readonly api: string; readonly identity: string }

export type Account = { readonly settings: Settings }
