import { z } from 'zod'
import type { Endpoints } from '../../outbox/endpoints.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['webhook endpoints']
const NewEndpoint = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .describe('Where payment events are posted'),
})
const EndpointResource = z.strictObject({
  id: z.string(),
  url: z.string(),
  source: z.enum(['config', 'api']),
  state: z.enum(['enabled', 'disabled']),
  disabledBecause: z.string().nullable(),
  previousSecretUntil: z
    .number()
    .int()
    .nullable()
    .describe('Until when the secret before this one signs too, epoch ms'),
  createdAt: z.number().int(),
})
const CreatedEndpoint = EndpointResource.extend({
  secret: z.string().describe('`whsec_…` of the Standard Webhooks specification; shown this one time'),
})

export function webhookEndpointRoutes(app: RouteApp, endpoints: Endpoints): void {
  app.post(
    '/v1/webhook-endpoints',
    {
      config: { access: 'endpoints:manage', secretAnswer: true },
      schema: {
        tags,
        summary: 'Have payment events posted to a URL, signed by the Standard Webhooks specification',
        body: NewEndpoint,
        response: { 201: CreatedEndpoint },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await endpoints.create(principalOf(request).actor, request.body)),
  )

  app.get(
    '/v1/webhook-endpoints',
    {
      config: { access: 'endpoints:read' },
      schema: {
        tags,
        summary: 'Every endpoint of the merchant',
        response: { 200: z.strictObject({ data: z.array(EndpointResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({ data: await endpoints.list(principalOf(request).actor), nextCursor: null }),
  )

  app.delete(
    '/v1/webhook-endpoints/:id',
    {
      config: { access: 'endpoints:manage' },
      schema: {
        tags,
        summary: 'Stop posting to an endpoint',
        params: z.strictObject({ id: z.string().max(64) }),
        response: { 204: z.undefined().describe('Removed') },
      },
    },
    async (request, reply) => {
      await endpoints.remove(principalOf(request).actor, request.params.id)
      return reply.code(204).send()
    },
  )
  commands(app, endpoints)
}

const params = z.strictObject({ id: z.string().max(64) })
const body = z.strictObject({}).optional()
const manage = { access: 'endpoints:manage' } as const

function commands(app: RouteApp, endpoints: Endpoints): void {
  app.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      config: { ...manage, secretAnswer: true },
      schema: {
        tags,
        summary: 'Replace the secret; the one before signs beside it for 24 hours',
        params,
        body,
        response: { 200: CreatedEndpoint },
      },
    },
    (request) => endpoints.rotateSecret(principalOf(request).actor, request.params.id),
  )

  for (const verb of ['enable', 'disable'] as const) {
    const summary = verb === 'enable' ? 'Post to it again, beginning with what waited' : 'Post nothing to it'
    app.post(
      `/v1/webhook-endpoints/:id/${verb}`,
      { config: manage, schema: { tags, summary, params, body, response: { 200: EndpointResource } } },
      (request) => endpoints[verb](principalOf(request).actor, (request.params as { id: string }).id),
    )
  }

  app.post(
    '/v1/webhook-endpoints/:id/test',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Have a `webhook.test` posted to it; GET /v1/deliveries?eventId= says what came of it',
        params,
        body,
        response: { 202: z.strictObject({ eventId: z.string() }) },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await endpoints.test(principalOf(request).actor, request.params.id)),
  )
}
