import { z } from 'zod'
import type { Clock } from '../../../base/clock.ts'
import {
  Preview,
  PreviewOrder,
  ReceiptChannel,
  ReceiptKind,
  ReceiptOrder,
  ReceiptResource,
  ReceiptSettings,
  TemplateBody,
  TemplatePart,
  TemplateResource,
} from '../../../contracts/receipts.ts'
import type { ReceiptLook } from '../../receipts/receipt-look.ts'
import type { Receipts } from '../../receipts/receipts.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { NotFound } from '../errors.ts'
import { PreviewShelf } from '../preview-shelf.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['receipts']
const params = z.strictObject({ id: z.string().max(64) })
const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ data: z.array(item), nextCursor: z.null() })

export type ReceiptRoutesOptions = {
  readonly receipts: Receipts
  readonly receiptLook: ReceiptLook
  readonly clock: Clock
}

/** Receipts to callers, by e-mail and text message. */
export function receiptRoutes(
  app: RouteApp,
  { receipts, receiptLook: look, clock }: ReceiptRoutesOptions,
): void {
  ofPayments(app, receipts)
  settings(app, look)
  previews(app, look, new PreviewShelf(clock))
  templates(app, look)
}

function ofPayments(app: RouteApp, receipts: Receipts): void {
  app.post(
    '/v1/payments/:id/receipts',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Note where the caller wants receipts, with their consent; sent as soon as money has moved',
        description: 'One for each sale or refund and channel. What has moved already goes out at once.',
        params,
        body: ReceiptOrder,
        response: { 201: listOf(ReceiptResource) },
      },
    },
    async (request, reply) => {
      const { channel, to } = request.body
      refuseCardNumbers({ '/to': channel === 'email' ? to : undefined })
      const data = await receipts.order(principalOf(request).actor, request.params.id, request.body)
      return reply.code(201).send({ data, nextCursor: null })
    },
  )

  app.get(
    '/v1/payments/:id/receipts',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Receipts that are wanted, and what became of them',
        params,
        response: { 200: listOf(ReceiptResource) },
      },
    },
    async (request) => ({
      data: await receipts.list(principalOf(request).actor, request.params.id),
      nextCursor: null,
    }),
  )

  app.post(
    '/v1/payments/:id/receipts/withdraw',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'The caller has changed their mind: nothing more goes out by this channel',
        params,
        body: z.strictObject({ channel: ReceiptChannel }),
        response: { 200: listOf(ReceiptResource) },
      },
    },
    async (request) => {
      const { actor } = principalOf(request)
      await receipts.withdraw(actor, request.params.id, request.body.channel)
      return { data: await receipts.list(actor, request.params.id), nextCursor: null }
    },
  )
}

function settings(app: RouteApp, look: ReceiptLook): void {
  app.get(
    '/v1/receipts/settings',
    {
      config: { access: 'receipts:read' },
      schema: { tags, summary: 'What receipts look like', response: { 200: ReceiptSettings } },
    },
    (request) => look.settings(principalOf(request).actor),
  )

  app.post(
    '/v1/receipts/settings',
    {
      config: { access: 'receipts:manage' },
      schema: {
        tags,
        summary: 'Set name, colour, logo, refund policy, language and time zone of receipts',
        body: ReceiptSettings,
        response: { 200: ReceiptSettings },
      },
    },
    (request) => look.change(principalOf(request).actor, request.body),
  )
}

/** Framed by the desk and by nobody else; runs nothing, loads nothing but pictures. */
const previewPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src https: data:',
  "frame-ancestors 'self'",
  'sandbox',
].join('; ')

function previews(app: RouteApp, look: ReceiptLook, shelf: PreviewShelf): void {
  app.post(
    '/v1/receipts/preview',
    {
      config: { access: 'receipts:read' },
      schema: {
        tags,
        summary: 'See a receipt without sending one, with settings and templates that are not stored yet too',
        body: PreviewOrder,
        response: { 200: Preview },
      },
    },
    async (request) => {
      const { actor } = principalOf(request)
      const rendered = await look.preview(actor, request.body)
      return {
        ...rendered,
        htmlUrl: `/v1/receipts/previews/${shelf.put(actor.merchantId, rendered.emailHtml)}`,
      }
    },
  )

  app.get(
    '/v1/receipts/previews/:id',
    { config: { access: 'receipts:read' }, schema: { hide: true, params } },
    async (request, reply) => {
      const { merchantId } = principalOf(request).actor
      const html = shelf.get(merchantId, (request.params as { id: string }).id)
      if (html === undefined) throw new NotFound('no such preview')
      return reply
        .header('content-security-policy', previewPolicy)
        .type('text/html; charset=utf-8')
        .send(html)
    },
  )
}

function templates(app: RouteApp, look: ReceiptLook): void {
  app.get(
    '/v1/receipts/templates',
    {
      config: { access: 'receipts:read' },
      schema: {
        tags,
        summary: 'Every part of a receipt as it is written',
        response: { 200: listOf(TemplateResource) },
      },
    },
    async (request) => ({ data: await look.templates(principalOf(request).actor), nextCursor: null }),
  )

  app.post(
    '/v1/receipts/templates',
    {
      config: { access: 'receipts:manage' },
      schema: {
        tags,
        summary: 'Write one part anew, in mustache with the fields of receipts; null takes ours again',
        body: z.strictObject({ kind: ReceiptKind, part: TemplatePart, body: TemplateBody.nullable() }),
        response: { 200: listOf(TemplateResource) },
      },
    },
    async (request) => ({
      data: await look.write(principalOf(request).actor, request.body),
      nextCursor: null,
    }),
  )
}
