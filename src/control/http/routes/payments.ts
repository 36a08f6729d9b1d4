import { z } from 'zod'
import {
  ClearField,
  CreatePayment,
  ExtendCollection,
  Page,
  PaymentResource,
  SplitPayment,
} from '../../../contracts/desk-port.ts'
import type { Actor, CallAlias, PageOfPayments, Payments } from '../../ports.ts'
import { refuseCardNumbers } from '../card-number-in-text.ts'
import { Expand, type Expandable, type ExpandFrom, expandPayments, Statuses } from '../expand.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['payments']
/** A payment that changes all the time is shown as it was read last. */
const mostReads = 3
const PaymentId = z.strictObject({ id: z.string().max(64) })
const Time = z.coerce.number().int().nonnegative()
const ListPayments = z.strictObject({
  callId: z.string().max(64).optional(),
  reference: z.string().max(64).optional().describe('Yours, as a whole'),
  customer: z.string().max(255).optional().describe('Yours, as a whole'),
  groupId: z.string().max(64).optional().describe('Payments that were one: the id of that'),
  status: Statuses,
  createdFrom: Time.optional().describe('Epoch ms'),
  createdUntil: Time.optional().describe('Epoch ms, excluded'),
  expand: Expand,
  cursor: z.string().max(200).optional().describe('`nextCursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const NoBody = z.strictObject({}).optional()
const response = { 200: PaymentResource }

/** Our id of the call that a request means. Throws CallNotFound, CallAmbiguous. */
export type NameCall = (merchantId: string, alias: CallAlias) => string

export type PaymentRouteParts = {
  readonly payments: Payments
  readonly expandFrom: ExpandFrom
  readonly nameCall: NameCall
}

export function paymentRoutes(app: RouteApp, { payments, expandFrom, nameCall }: PaymentRouteParts): void {
  create(app, payments, nameCall)
  read(app, payments, expandFrom)
  changeTheCollection(app, payments)

  app.post(
    '/v1/payments/:id/split',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'The same amount in parts, each for a card of its own; this payment is cancelled',
        params: PaymentId,
        body: SplitPayment,
        response: { 201: z.strictObject({ data: z.array(PaymentResource), nextCursor: z.null() }) },
      },
    },
    async (request, reply) => {
      const { actor } = principalOf(request)
      const data = await payments.split(actor, request.params.id, request.body.parts)
      return reply.code(201).send({ data, nextCursor: null })
    },
  )

  const orders: [string, string, (actor: Actor, id: string) => Promise<PaymentResource>][] = [
    ['arm', 'Mask the line, and ask the caller for the card', (actor, id) => payments.arm(actor, id)],
    ['another-card', 'Begin again with another card', (actor, id) => payments.useAnotherCard(actor, id)],
    ['confirm', 'Authorise the card that was keyed', (actor, id) => payments.confirm(actor, id)],
    ['cancel', 'Give the payment up, as long as no card was sent', (actor, id) => payments.cancel(actor, id)],
  ]
  for (const [name, summary, act] of orders) {
    app.post(
      `/v1/payments/:id/${name}`,
      {
        config: { access: 'payments:take' },
        schema: { tags, summary, params: PaymentId, body: NoBody, response },
      },
      (request) => act(principalOf(request).actor, request.params.id),
    )
  }
}

function create(app: RouteApp, payments: Payments, nameCall: NameCall): void {
  app.post(
    '/v1/payments',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Create a payment on a live call; nothing is asked of the caller yet',
        body: CreatePayment,
        response: { 201: PaymentResource },
      },
    },
    async (request, reply) => {
      const { callId: given, sipCallId, agentExtension, ...order } = request.body
      const { reference, customer, description, metadata } = order
      const emails = (order.receipts ?? []).map(({ channel, to }, n) => [
        `/receipts/${n}/to`,
        channel === 'email' ? to : undefined,
      ])
      const facts = Object.entries(metadata).map(([key, value]) => [`/metadata/${key}`, `${key} ${value}`])
      refuseCardNumbers({
        '/reference': reference,
        '/customer': customer,
        '/description': description,
        '/bankAccount/holder/name': order.bankAccount?.holder.name,
        ...Object.fromEntries([...facts, ...emails]),
      })
      const { actor } = principalOf(request)
      const callId = given ?? nameCall(actor.merchantId, { sipCallId, agentExtension })
      return reply.code(201).send(await payments.create(actor, { ...order, callId }))
    },
  )
}

function read(app: RouteApp, payments: Payments, expandFrom: ExpandFrom): void {
  app.get(
    '/v1/payments',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'Payments, newest first',
        querystring: ListPayments,
        response: { 200: Page(PaymentResource) },
      },
    },
    async (request) => {
      const { expand, status: statuses, limit, ...filters } = request.query
      const { actor } = principalOf(request)
      const given = Object.entries({ ...filters, statuses }).filter(([, value]) => value !== undefined)
      const page: PageOfPayments = { ...Object.fromEntries(given), limit }
      const { data, nextCursor } = await payments.list(actor, page)
      const expanded = await expandPayments(expandFrom, actor, { payments: data, ...asked(expand) })
      return { data: expanded, nextCursor }
    },
  )

  app.get(
    '/v1/payments/:id',
    {
      config: { access: 'payments:read' },
      schema: {
        tags,
        summary: 'One payment',
        params: PaymentId,
        querystring: z.strictObject({ expand: Expand }),
        response,
      },
    },
    (request) => {
      const { params, query } = request
      return readOne({ payments, expandFrom }, principalOf(request).actor, { ...params, ...query })
    },
  )
}

/** What it is expanded by is read after the payment: when that has changed in between, both are read again. */
async function readOne(
  { payments, expandFrom }: Pick<PaymentRouteParts, 'payments' | 'expandFrom'>,
  actor: Actor,
  { id, expand }: { readonly id: string; readonly expand?: Expandable[] | undefined },
): Promise<PaymentResource> {
  let payment = await payments.get(actor, id)
  if (expand === undefined) return payment
  for (let reads = 1; ; reads++) {
    const [expanded = payment] = await expandPayments(expandFrom, actor, { payments: [payment], expand })
    const now = await payments.get(actor, id)
    const isSame = now.status === payment.status && now.updatedAt === payment.updatedAt
    if (isSame || reads === mostReads) return expanded
    payment = now
  }
}

const asked = (expand: Expandable[] | undefined) => (expand === undefined ? {} : { expand })

function changeTheCollection(app: RouteApp, payments: Payments): void {
  app.post(
    '/v1/payments/:id/clear-field',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Empty a field and everything after it; the caller is asked for it again',
        params: PaymentId,
        body: ClearField,
        response,
      },
    },
    (request) => payments.clearField(principalOf(request).actor, request.params.id, request.body.field),
  )

  app.post(
    '/v1/payments/:id/extend',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Give the caller more time; a minute unless told',
        params: PaymentId,
        body: ExtendCollection.default({ bySeconds: 60 }),
        response,
      },
    },
    (request) => payments.extend(principalOf(request).actor, request.params.id, request.body.bySeconds),
  )
}
