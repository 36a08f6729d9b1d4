import type { Grant } from '../contracts/connections.ts'
import type { Settings } from './account.ts'

export type AuthFacts = {
  /** In the order in which they are to be preferred. */
  readonly grants: readonly Grant[]
  readonly authorisePath: string
  readonly tokenPath: string
  readonly scope: string
  /** Whether the authorisation code may be bound to a proof key (RFC 7636). */
  readonly pkce: boolean
  /** How the app proves itself at the token's address. */
  readonly client: 'basic' | 'body'
  /** The authorisation is asked for at another host than tokens, in full. */
  readonly authoriseOrigin?: (settings: Settings) => string
  /** Who the assertion of `jwt-bearer` is for. */
  readonly audience?: (settings: Settings) => string
  /** How long an access token is good for when the answer does not say, in seconds. */
  readonly lifetimeSeconds: number
}
