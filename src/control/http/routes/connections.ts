import { z } from 'zod'
import { AppError } from '../../../base/errors.ts'
import {
  AdapterResource,
  Connecting,
  ConnectionEdit,
  ConnectionResource,
  NewConnection,
  Preview,
  PreviewOrder,
} from '../../../contracts/connections.ts'
import type { ConnectionCore } from '../../connections/assemble.ts'
import { adapterResources } from '../../connections/connection-resource.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['connections']
const read = { access: 'connections:read' } as const
const manage = { access: 'connections:manage' } as const
const params = z.strictObject({ id: z.string().max(64) })
const list = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), nextCursor: z.null() })

/** CRMs and accounting systems that payments are written to. */
export function connectionRoutes(app: RouteApp, core: ConnectionCore): void {
  look(app, core)
  make(app, core)
  use(app, core)
}

function look(app: RouteApp, { connections }: ConnectionCore): void {
  app.get(
    '/v1/connection-adapters',
    {
      config: read,
      schema: {
        tags,
        summary: 'Every system that can be connected',
        response: { 200: list(AdapterResource) },
      },
    },
    async () => ({ data: [...adapterResources], nextCursor: null }),
  )
  app.get(
    '/v1/connections',
    {
      config: read,
      schema: {
        tags,
        summary: 'Every connection of the merchant',
        response: { 200: list(ConnectionResource) },
      },
    },
    async (request) => ({ data: await connections.list(principalOf(request).actor), nextCursor: null }),
  )
  app.get(
    '/v1/connections/:id',
    {
      config: read,
      schema: { tags, summary: 'One connection', params, response: { 200: ConnectionResource } },
    },
    (request) => connections.get(principalOf(request).actor, request.params.id),
  )
}

function make(app: RouteApp, { connections }: ConnectionCore): void {
  app.post(
    '/v1/connections',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Set up a connection to a CRM or an accounting system; it is connected by a second call',
        body: NewConnection,
        response: { 201: ConnectionResource },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await connections.create(principalOf(request).actor, request.body)),
  )
  app.patch(
    '/v1/connections/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Change settings, mapping, events or rules; what is not named stays as it is',
        params,
        body: ConnectionEdit.default({}),
        response: { 200: ConnectionResource },
      },
    },
    (request) => connections.edit(principalOf(request).actor, request.params.id, request.body),
  )
  app.delete(
    '/v1/connections/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Forget a connection and its tokens; what stands on the other side stays there',
        params,
        response: { 204: z.undefined().describe('Removed') },
      },
    },
    async (request, reply) => {
      await connections.remove(principalOf(request).actor, request.params.id)
      return reply.code(204).send()
    },
  )
}

function use(app: RouteApp, { connections, connector, previews }: ConnectionCore): void {
  app.post(
    '/v1/connections/:id/connect',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Connect, or connect anew: done at once, or with an address where somebody has to agree',
        params,
        body: z.strictObject({}).optional(),
        response: {
          200: Connecting,
        },
      },
    },
    (request) => connector.connect(principalOf(request).actor, request.params.id),
  )
  app.post(
    '/v1/connections/:id/disable',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Write nothing there for now; what comes waits until it is connected again',
        params,
        body: z.strictObject({}).optional(),
        response: { 200: ConnectionResource },
      },
    },
    (request) => connections.disable(principalOf(request).actor, request.params.id),
  )
  app.post(
    '/v1/connections/:id/preview',
    {
      config: read,
      schema: {
        tags,
        summary: 'What would be written of a payment, with this mapping; nothing is sent',
        params,
        body: PreviewOrder.default({}),
        response: { 200: Preview },
      },
    },
    (request) => previews.show(principalOf(request).actor, request.params.id, request.body),
  )
  app.get(
    '/v1/connections/callback',
    {
      config: { access: 'public' },
      schema: {
        tags,
        summary: 'Where the other side sends people back to; shows the desk',
        querystring: z.looseObject({
          state: z.string().min(20).max(200),
          code: z.string().max(4_096).optional(),
        }),
        response: { 303: z.undefined().describe('To the desk’s page of connections') },
      },
    },
    async (request, reply) => {
      // A person's browser stands here, not a program: what went wrong is told by the desk, in its words for the code.
      const fault = await connector.finish(request.query).then(() => '', toldToPeople)
      // `location` and no body: the code in the address is used up, and stands in no history.
      return reply.code(303).header('location', `/#connections${fault}`).send()
    },
  )
}

const forPeople: ReadonlySet<string> = new Set([
  'CONSENT_INVALID',
  'CONNECTION_REFUSED',
  'CONNECTION_UNREACHABLE',
])

function toldToPeople(error: unknown): string {
  if (error instanceof AppError && forPeople.has(error.code)) return `=${error.code}`
  throw error
}
