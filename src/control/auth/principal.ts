import type { ApiVersion } from '../../contracts/api-version.ts'
import type { Actor } from '../ports.ts'
import type { Role } from './rights.ts'

/** Who sent a request, once proven. Everything that it reads or writes is bound to `actor.merchantId`. */
export type Principal = {
  readonly actor: Actor & { readonly kind: 'agent' | 'api-key' }
  readonly role: Role
  /** The date of the API that an API key is pinned to. */
  readonly apiVersion?: ApiVersion
  /** The log-in behind it; null for an API key. */
  readonly sessionId: string | null
}
