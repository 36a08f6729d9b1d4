import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Problem } from '../../contracts/desk-port.ts'
import type { RouteApp } from './routes/route-app.ts'

const idempotencyKey = {
  type: 'object',
  required: ['Idempotency-Key'],
  properties: {
    'Idempotency-Key': {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description:
        'Names this intent: sent again with the same request, it gets the first answer. Kept 24 hours.',
    },
  },
}

const problem = {
  description: 'What went wrong, and what to do next (RFC 9457)',
  content: { 'application/problem+json': { schema: z.toJSONSchema(Problem, { target: 'draft-2020-12' }) } },
}

/** The OpenAPI 3.1 document of every route that is registered after this. */
export async function addOpenApi(app: FastifyInstance, publicUrl: string, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tonewall',
        version,
        description:
          'Card payments on live phone calls. Amounts are integers of minor units; times are epoch ms.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'A machine key, for example `tw_test_…`' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'tonewall-session',
            description: 'An agent’s log-in',
          },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document)
      const { access, method } = { access: document.route.config?.access, method: document.route.method }
      if (schema.hide || access === undefined) return { schema, url }
      const isPost = method === 'POST'
      return {
        url,
        schema: {
          ...schema,
          ...(access === 'public' ? {} : { security: [{ apiKey: [] }, { session: [] }] }),
          ...(isPost ? { headers: idempotencyKey } : {}),
          response: { ...(schema.response as object), default: problem },
        },
      }
    },
  })
}

export function openApiRoute(app: RouteApp): void {
  app.get(
    '/v1/openapi.json',
    { config: { access: 'public' }, schema: { tags: ['openapi'], summary: 'This document' } },
    async (_request, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
  )
}
