import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiKeys } from '../auth/api-keys.ts'
import { CrossSiteRequest, Forbidden, Unauthenticated } from '../auth/errors.ts'
import type { Principal } from '../auth/principal.ts'
import { mayDo } from '../auth/rights.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { SessionCookie } from './session-cookie.ts'

export type AuthenticateOptions = {
  readonly apiKeys: ApiKeys
  readonly sessions: Sessions
  readonly cookie: SessionCookie
  readonly publicUrl: string
}

/**
 * Before anything of a request is read: from our own pages or from no page at all, signed in, and with the right.
 * A route under /v1 that does not say who may call it does not start.
 */
export function addAuthentication(app: FastifyInstance, options: AuthenticateOptions): void {
  const ownOrigin = new URL(options.publicUrl).origin
  app.decorateRequest('principal', null)
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1/') && !route.config?.access) throw new Error(`${route.url} names no access`)
  })
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config
    if (access === undefined || access === 'provider') return
    const bearer = bearerOf(request)
    if (bearer === undefined) refuseCrossSite(request, ownOrigin)
    if (access === 'public') return
    const principal = await find(request, bearer, options)
    if (!principal) throw new Unauthenticated('no valid session or API key')
    if (access !== 'signed-in' && !mayDo(principal.role, access)) throw new Forbidden('not your right')
    request.principal = principal
  })
}

async function find(
  request: FastifyRequest,
  bearer: string | undefined,
  { apiKeys, sessions, cookie }: AuthenticateOptions,
): Promise<Principal | undefined> {
  if (bearer !== undefined) return apiKeys.find(bearer)
  const token = cookie.read(request)
  return token === undefined ? undefined : sessions.find(token)
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')
  return match?.[1]
}

/**
 * A browser sends the cookie by itself, so a change must come from our own page. `SameSite=Strict`, the JSON content
 * type and the `Idempotency-Key` header each stop a foreign page too; this is the check that says so. The request's
 * own host counts as ours: the cookie belongs to it, and a foreign page has another origin.
 */
function refuseCrossSite(request: FastifyRequest, ownOrigin: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new CrossSiteRequest('another site')
  if (origin === undefined || origin === ownOrigin) return
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new CrossSiteRequest('another site')
}
