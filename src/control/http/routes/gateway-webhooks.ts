import type { FastifyInstance } from 'fastify'
import type { GatewayEvents } from '../../gateway-events/gateway-events.ts'
import { GatewayWebhookRefused, NotFound } from '../errors.ts'

const mostBytes = 256 * 1024

/**
 * POST /v1/gateways/{id}/webhooks: what gateways tell by themselves. The signature is over the raw bytes, so nothing
 * parses them before it was checked.
 */
export function gatewayWebhookRoutes(app: FastifyInstance, events: Pick<GatewayEvents, 'receive'>): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) =>
      done(null, body),
    )
    scope.post<{ Params: { id: string } }>(
      '/v1/gateways/:id/webhooks',
      { config: { access: 'provider', rateLimit: false }, bodyLimit: mostBytes, schema: { hide: true } },
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const headers: Record<string, string> = {}
        for (const [name, value] of Object.entries(request.headers))
          if (typeof value === 'string') headers[name] = value
        const received = await events.receive(request.params.id, { body, headers })
        if (received.kind === 'unknown') throw new NotFound('no such gateway, or one without webhooks')
        if (received.kind === 'refused') throw new GatewayWebhookRefused(received.because)
        if (received.answer === undefined) return reply.code(200).send()
        return reply.code(200).type('text/plain; charset=utf-8').send(received.answer)
      },
    )
  })
}
