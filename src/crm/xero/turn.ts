import type { Account } from '../account.ts'
import type { WriteRequest } from '../adapter.ts'

/** What every step of the conversation about one event knows. */
export type Turn = { readonly request: WriteRequest; readonly account: Account }
