import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ApiVersion, apiVersions, currentVersion, isApiVersion } from '../../contracts/api-version.ts'
import { ApiVersionUnknown } from './errors.ts'
import { answerAsOf } from './version-changes.ts'

const header = 'tonewall-version'

/**
 * The API's date: the request's own, else the one that the key was made with, else today's (the desk is always of
 * today). Answers are made as of today, kept for their idempotency key so, and taken back to the reader's date last.
 */
export function addVersions(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => void versionOf(request))
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/v1/') || request.routeOptions.config.access === 'provider') return payload
    const version = knownVersionOf(request)
    reply.header(header, version)
    if (version === currentVersion || typeof payload !== 'string') return payload
    const isJson = String(reply.getHeader('content-type') ?? '').startsWith('application/json')
    return isJson ? JSON.stringify(answerAsOf(version, JSON.parse(payload))) : payload
  })
}

export function versionOf(request: FastifyRequest): ApiVersion {
  const asked = request.headers[header]
  if (asked === undefined) return request.principal?.apiVersion ?? currentVersion
  if (typeof asked !== 'string' || !isApiVersion(asked))
    throw new ApiVersionUnknown(`Tonewall-Version: one of ${apiVersions.join(', ')}`)
  return asked
}

/** Also for the answer that says that the version is not known. */
function knownVersionOf(request: FastifyRequest): ApiVersion {
  try {
    return versionOf(request)
  } catch {
    return currentVersion
  }
}
