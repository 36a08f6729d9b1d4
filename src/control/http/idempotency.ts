import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Log } from '../../base/log.ts'
import { IdempotencyKeyMissing, RequestInvalid } from './errors.ts'
import { type Claim, fingerprintOf, type IdempotencyStore } from './idempotency-store.ts'
import { principalOf } from './request-context.ts'

const keyShape = /^[\x21-\x7e]{1,255}$/

/**
 * Every POST of the API carries an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): repeated with the
 * same request, it gets the first answer, marked `Idempotent-Replayed: true`; nothing is done twice.
 */
export function addIdempotency(app: FastifyInstance, store: IdempotencyStore, log: Log): void {
  app.decorateRequest('nothingDone', false)
  const claims = new WeakMap<FastifyRequest, Claim>()

  app.addHook('preHandler', async (request, reply) => {
    const { access, idempotency = 'replayed' } = request.routeOptions.config
    if (request.method !== 'POST' || access === undefined || access === 'provider') return
    const key = keyOf(request)
    if (idempotency === 'header-only') return
    const { actor } = principalOf(request)
    const claim: Claim = {
      principal: `${actor.merchantId}:${actor.kind}:${actor.id}`,
      merchantId: actor.merchantId,
      key,
      fingerprint: fingerprintOf(request.method, request.url, request.body),
    }
    const earlier = await store.claim(claim)
    if (earlier === 'first') {
      claims.set(request, claim)
      return
    }
    reply.code(earlier.status).header('idempotent-replayed', 'true').type(earlier.contentType)
    return reply.serializer((body: string) => body).send(earlier.body)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const claim = claims.get(request)
    if (!claim) return payload
    claims.delete(request)
    const status = reply.statusCode
    try {
      // Any other answer, a 500 too, is what came of this key.
      if (request.nothingDone) await store.giveBack(claim)
      else {
        const contentType = String(reply.getHeader('content-type') ?? '')
        const body = typeof payload === 'string' ? payload : ''
        const { secretAnswer: isSecret = false } = request.routeOptions.config
        await store.answer(claim, { status, contentType, body }, { isSecret })
      }
    } catch (error) {
      log.error({ error, requestId: request.id }, 'an answer was not kept for its idempotency key')
    }
    return payload
  })
}

function keyOf({ headers }: FastifyRequest): string {
  const key = headers['idempotency-key']
  if (key === undefined)
    throw new IdempotencyKeyMissing('the header Idempotency-Key is required on every POST')
  if (typeof key !== 'string' || !keyShape.test(key)) {
    throw new RequestInvalid('Idempotency-Key: 1 to 255 visible ASCII characters')
  }
  return key
}
