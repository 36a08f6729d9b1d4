import { z } from 'zod'
import { PaymentResource } from '../../../contracts/desk-port.ts'
import { CaptureOrder, OperationResource, RefundOrder, VoidOrder } from '../../../contracts/operations.ts'
import type { OperationsApi } from '../../ports.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['operations']
const params = z.strictObject({ id: z.string().max(64) })
const later =
  'Answered with the outcome, or after ten seconds with `state` `open`: what comes of it is told by events. ' +
  '`unknown` is followed up by the platform: never order it again.'

/** Captures, voids and refunds: what can be done with an approved payment, without its card. */
export function operationRoutes(app: RouteApp, operations: OperationsApi): void {
  settle(app, operations)
  refund(app, operations)
  app.post(
    '/v1/payments/:id/inquire',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Ask the gateway now about what is unknown; harmless when nothing is',
        params,
        body: z.strictObject({}).optional(),
        response: { 200: PaymentResource },
      },
    },
    (request) => operations.inquire(principalOf(request).actor, request.params.id),
  )
}

function settle(app: RouteApp, operations: OperationsApi): void {
  app.post(
    '/v1/payments/:id/capture',
    {
      config: { access: 'payments:settle' },
      schema: {
        tags,
        summary: 'Take the authorised amount, or a part of it; once',
        description: later,
        params,
        body: CaptureOrder.default({}),
        response: { 201: OperationResource },
      },
    },
    async (request, reply) => {
      const paymentId = request.params.id
      const ordered = { paymentId, kind: 'capture', ...amountOf(request.body) } as const
      return reply.code(201).send(await operations.order(principalOf(request).actor, ordered))
    },
  )

  app.post(
    '/v1/payments/:id/void',
    {
      config: { access: 'payments:settle' },
      schema: {
        tags,
        summary: 'Release what was authorised, or undo a capture that is not settled yet',
        description: later,
        params,
        body: VoidOrder.optional(),
        response: { 201: OperationResource },
      },
    },
    async (request, reply) => {
      const ordered = { paymentId: request.params.id, kind: 'void' } as const
      return reply.code(201).send(await operations.order(principalOf(request).actor, ordered))
    },
  )
}

function refund(app: RouteApp, operations: OperationsApi): void {
  app.post(
    '/v1/payments/:id/refunds',
    {
      config: { access: 'payments:refund' },
      schema: {
        tags,
        summary: 'Give money back: all that is left, or a part; as often as something is left',
        description: later,
        params,
        body: RefundOrder.default({}),
        response: { 201: OperationResource },
      },
    },
    async (request, reply) => {
      const { reason } = request.body
      refuseCardNumbers({ '/reason': reason })
      const given = { ...amountOf(request.body), ...(reason === undefined ? {} : { reason }) }
      const ordered = { paymentId: request.params.id, kind: 'refund', ...given } as const
      return reply.code(201).send(await operations.order(principalOf(request).actor, ordered))
    },
  )

  app.get(
    '/v1/payments/:id/refunds',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Refunds of the payment, oldest first',
        params,
        response: { 200: z.strictObject({ data: z.array(OperationResource), nextCursor: z.null() }) },
      },
    },
    async (request) => {
      const all = await operations.list(principalOf(request).actor, request.params.id)
      return { data: all.filter(({ kind }) => kind === 'refund'), nextCursor: null }
    },
  )
}

function amountOf({ amountMinor }: { readonly amountMinor?: number | undefined }) {
  return amountMinor === undefined ? {} : { amountMinor }
}
