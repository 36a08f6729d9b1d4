import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { apiVersions, currentVersion } from '../../contracts/api-version.ts'
import { Problem } from '../../contracts/desk-port.ts'
import type { RouteApp } from './routes/route-app.ts'

const version = {
  type: 'string',
  enum: [...apiVersions],
  description: 'The date of the API; the one that the key is pinned to unless told',
}

const headers = { type: 'object', properties: { 'Tonewall-Version': version } }

const idempotencyKey = {
  type: 'object',
  required: ['Idempotency-Key'],
  properties: {
    'Tonewall-Version': version,
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
export async function addOpenApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tonewall',
        version: currentVersion,
        description:
          'Card payments on live phone calls. Amounts are integers of minor units; times are epoch ms. ' +
          'The version is the date of `Tonewall-Version`; see docs/api.md.',
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
      if (schema.hide) return { schema, url }
      const operationId = operationIdOf(String(method), document.url)
      // No security at all is said as such: left out, it would mean that nobody thought of it.
      if (access === undefined) return { url, schema: { ...schema, operationId, security: [] } }
      const isPost = method === 'POST'
      return {
        url,
        schema: {
          ...schema,
          security: access === 'public' ? [] : [{ apiKey: [] }, { session: [] }],
          operationId,
          headers: withOwn(isPost ? idempotencyKey : headers, schema.headers),
          response: { ...(schema.response as object), default: problem },
        },
      }
    },
  })
}

/** The headers of every route, and what the route itself reads. */
function withOwn(common: { readonly properties: object }, own: unknown) {
  const { properties = {} } = (own ?? {}) as { properties?: object }
  return { ...common, properties: { ...common.properties, ...properties } }
}

/** `POST /v1/payments/:id/arm` is `postPaymentsByIdArm`. */
function operationIdOf(method: string, url: string): string {
  const parts = url
    .replace(/^\/v1\//, '')
    .split(/[/.-]/)
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part))
  const words = parts.flatMap((part) => part.split('-'))
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return `${method.toLowerCase()}${name}`
}

export function openApiRoute(app: RouteApp): void {
  app.get(
    '/v1/openapi.json',
    { config: { access: 'public' }, schema: { tags: ['openapi'], summary: 'This document' } },
    async (_request, reply) => reply.type('application/json').send(JSON.stringify(app.swagger())),
  )
}
