import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { PaymentResource } from '../../../contracts/desk-port.ts'
import { OperationResource } from '../../../contracts/operations.ts'
import {
  PanelLink,
  PanelOrder,
  RecordLinkResource,
  RecordName,
  RecordOrder,
  RecordQuery,
  RecordRefund,
} from '../../../contracts/records.ts'
import { panelPage, panelPolicy } from '../../connections/panel-page.ts'
import { panelTokenSeconds, readPanelToken, signPanelToken } from '../../connections/panel-token.ts'
import type { Records } from '../../connections/records.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

export type RecordRoutesOptions = {
  readonly records: Records
  readonly sealer: Sealer
  readonly clock: Clock
  readonly publicUrl: string
  readonly frameAncestors: readonly string[]
}

const tags = ['records']
const id = z.string().max(64)

/** Payments and the records of the merchant's systems that they belong to, from both sides. */
export function recordRoutes(app: RouteApp, options: RecordRoutesOptions): void {
  fromOurs(app, options)
  fromTheirs(app, options)
  panel(app, options)
}

function fromOurs(app: RouteApp, { records }: RecordRoutesOptions): void {
  app.get(
    '/v1/payments/:id/records',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Which records of connected systems a payment belongs to',
        params: z.strictObject({ id }),
        response: { 200: z.strictObject({ data: z.array(RecordLinkResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({
      data: await records.shown(principalOf(request).actor, request.params.id),
      nextCursor: null,
    }),
  )
  app.put(
    '/v1/payments/:id/records/:connectionId',
    {
      config: { access: 'records:name' },
      schema: {
        tags,
        summary: 'Say which record it is: what was written elsewhere moves, what was held is written',
        params: z.strictObject({ id, connectionId: id }),
        body: RecordName,
        response: { 200: RecordLinkResource },
      },
    },
    async (request) => {
      const { id: paymentId, connectionId } = request.params
      const { record } = request.body
      refuseCardNumbers({ '/record': record })
      const { actor } = principalOf(request)
      return records.correct(actor, { paymentId, connectionId, record })
    },
  )
}

function fromTheirs(app: RouteApp, { records }: RecordRoutesOptions): void {
  app.get(
    '/v1/records/payments',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Payments of a record of yours, newest first',
        querystring: RecordQuery,
        response: { 200: z.strictObject({ data: z.array(PaymentResource), nextCursor: z.null() }) },
      },
    },
    async (request) => ({
      data: await records.paymentsOf(principalOf(request).actor, request.query),
      nextCursor: null,
    }),
  )
  app.post(
    '/v1/records/refunds',
    {
      config: { access: 'payments:refund' },
      schema: {
        tags,
        summary:
          'Give money back by the record: the one payment of it that can be refunded, or the one named',
        body: RecordRefund,
        response: { 201: OperationResource },
      },
    },
    async (request, reply) => {
      refuseCardNumbers({ '/reason': request.body.reason })
      const order = { ...request.body, kind: 'refund' } as const
      return reply.code(201).send(await records.order(principalOf(request).actor, order))
    },
  )
  app.post(
    '/v1/records/voids',
    {
      config: { access: 'payments:settle' },
      schema: {
        tags,
        summary: 'Void by the record: the one payment of it that can be voided, or the one named',
        body: RecordOrder,
        response: { 201: OperationResource },
      },
    },
    async (request, reply) => {
      const order = { ...request.body, kind: 'void' } as const
      return reply.code(201).send(await records.order(principalOf(request).actor, order))
    },
  )
}

function panel(app: RouteApp, options: RecordRoutesOptions): void {
  const { records, clock, publicUrl, frameAncestors } = options
  app.post(
    '/v1/records/panel-links',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'A short-lived address of a page with a record’s payments, to stand in a frame of your CRM',
        body: PanelOrder,
        response: { 201: PanelLink },
      },
    },
    async (request, reply) => {
      const { merchantId } = principalOf(request).actor
      const token = await signPanelToken(options, { merchantId, record: request.body.record })
      const url = `${publicUrl}/panel/payments?token=${token}`
      return reply.code(201).send({ url, expiresAt: clock.now() + panelTokenSeconds * 1_000 })
    },
  )
  app.get(
    '/panel/payments',
    {
      config: { access: 'public' },
      schema: { hide: true, querystring: z.strictObject({ token: z.string().max(2_000) }) },
    },
    async (request, reply) => {
      const { merchantId, record } = await readPanelToken(options, request.query.token)
      const actor = { merchantId, kind: 'system', id: 'panel' } as const
      const text = `${record.kind}:${record.id}`
      const page = panelPage(record, await records.paymentsOf(actor, { record: text }))
      return framed(reply, frameAncestors).type('text/html; charset=utf-8').serializer(String).send(page)
    },
  )
}

/** The one page of ours that may stand in a frame, and only in those of the configuration. */
function framed(reply: FastifyReply, frameAncestors: readonly string[]): FastifyReply {
  return reply
    .removeHeader('x-frame-options')
    .header('content-security-policy', panelPolicy(frameAncestors))
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('cache-control', 'no-store')
}
