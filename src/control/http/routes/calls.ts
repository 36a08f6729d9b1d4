import { z } from 'zod'
import { CallResource, EditCall, Page } from '../../../contracts/desk-port.ts'
import { CallRecordResource } from '../../../contracts/records.ts'
import type { CallRegistry } from '../../calls/registry.ts'
import type { CallRecords } from '../../connections/call-records.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['calls']
const CallId = z.strictObject({ id: z.string().max(64) })
const ListCalls = z.strictObject({
  status: z
    .enum(['ringing', 'live', 'ended'])
    .optional()
    .describe('Without it: every call that has not ended'),
  sipCallId: z.string().max(255).optional().describe('Of calls that go on: the SIP Call-ID of either leg'),
  agentExtension: z.string().max(255).optional().describe('Of calls that go on: the extension of the agent'),
  cursor: z.string().max(64).optional().describe('Of ended calls: `nextCursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export function callRoutes(app: RouteApp, calls: CallRegistry, records: CallRecords): void {
  look(app, calls)
  say(app, records)
  end(app, calls)
}

function look(app: RouteApp, calls: CallRegistry): void {
  app.get(
    '/v1/calls',
    {
      config: { access: 'calls:read' },
      schema: {
        tags,
        summary: 'Calls: those going on, oldest first, all at once; or ended ones, newest first, by page',
        querystring: ListCalls,
        response: { 200: Page(CallResource) },
      },
    },
    async (request) => {
      const { merchantId } = principalOf(request).actor
      const { status, cursor, limit, ...names } = request.query
      if (status === 'ended') return calls.ended(merchantId, { cursor, limit })
      const data = calls
        .current(merchantId, names)
        .filter((call) => status === undefined || call.status === status)
      return { data, nextCursor: null }
    },
  )

  app.get(
    '/v1/calls/:id',
    {
      config: { access: 'calls:read' },
      schema: { tags, summary: 'One call', params: CallId, response: { 200: CallResource } },
    },
    (request) => calls.find(principalOf(request).actor.merchantId, request.params.id),
  )
}

function say(app: RouteApp, records: CallRecords): void {
  app.patch(
    '/v1/calls/:id',
    {
      config: { access: 'records:name' },
      schema: {
        tags,
        summary:
          'Say something of a call, such as its record of the CRM: payments that inherit it move there',
        params: CallId,
        body: EditCall,
        response: { 200: CallResource },
      },
    },
    (request) => {
      const { metadata } = request.body
      const texts = Object.entries(metadata).map(([key, value]) => [
        `/metadata/${key}`,
        `${key} ${value ?? ''}`,
      ])
      refuseCardNumbers(Object.fromEntries(texts))
      return records.edit(principalOf(request).actor, request.params.id, metadata)
    },
  )

  app.get(
    '/v1/calls/:id/records',
    {
      config: { access: 'calls:read' },
      schema: {
        tags,
        summary:
          'Which records of connected systems the payments of a call belong to, unless they name their own',
        params: CallId,
        response: { 200: z.strictObject({ data: z.array(CallRecordResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({
      data: await records.shown(principalOf(request).actor, request.params.id),
      nextCursor: null,
    }),
  )
}

function end(app: RouteApp, calls: CallRegistry): void {
  app.post(
    '/v1/calls/:id/hang-up',
    {
      config: { access: 'calls:end' },
      schema: {
        tags,
        summary: 'End the call for both parties; harmless when it has ended',
        params: CallId,
        body: z.strictObject({}).optional(),
        response: { 200: CallResource },
      },
    },
    async (request) => {
      const { merchantId } = principalOf(request).actor
      const { id } = request.params
      await calls.find(merchantId, id)
      calls.end(id, 'ended-by-request')
      return calls.find(merchantId, id)
    },
  )
}
