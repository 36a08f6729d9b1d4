import type { Actor } from '../ports.ts'
import type { Role } from './rights.ts'

/** Who sent a request, once proven. Everything that it reads or writes is bound to `actor.merchantId`. */
export type Principal = {
  readonly actor: Actor & { readonly kind: 'agent' | 'api-key' }
  readonly role: Role
  /** The log-in behind it; null for an API key. */
  readonly sessionId: string | null
}
