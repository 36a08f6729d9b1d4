import type { FastifyRequest } from 'fastify'
import type { Right } from '../../contracts/rights.ts'
import { Unauthenticated } from '../auth/errors.ts'
import type { Principal } from '../auth/principal.ts'

/**
 * Who may call a route. `public` routes prove nothing; `provider` routes are proven by a signature over the request;
 * everything else needs a session or a key, and the right named.
 */
export type Access = 'public' | 'provider' | 'signed-in' | Right

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    /** The answer says that nothing was done, and that the same request may be sent again. */
    nothingDone: boolean
  }
  interface FastifyContextConfig {
    access?: Access
    /** `replayed` unless told: a repeated POST gets the first answer. `header-only` still requires the header. */
    idempotency?: 'replayed' | 'header-only'
    /** The answer shows a secret, this one time: what is kept of it for a repetition is sealed. */
    secretAnswer?: boolean
  }
}

/** The one who is signed in, on a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Unauthenticated('sign in first')
  return request.principal
}
