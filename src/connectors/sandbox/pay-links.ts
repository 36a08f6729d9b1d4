import { z } from 'zod'
import { CardBrand } from '../../contracts/card.ts'
import type { BodyField, GatewayReply } from '../../contracts/gateway-call.ts'
import type { ConversationState, GatewayAccount, Move, PayLinkMaker } from '../connector.ts'
import type { Embed } from '../embed.ts'
import type { Outcome } from '../outcome.ts'
import { anotherReference, parse, present, unknown, withoutAnswer } from '../reading.ts'
import type { PayLinkRequest } from '../requests.ts'
import { outcomeOf } from './replies.ts'
import { get, literal, post } from './requests.ts'
import { Authorisation } from './wire.ts'

const Link = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  status: z.enum(['open', 'paid', 'expired']),
  url: z.url(),
  embedUrl: z.url().nullish(),
  ourReference: z.string(),
  authorisation: Authorisation.nullable(),
  card: z.object({ brand: CardBrand, last4: z.string().regex(/^\d{4}$/) }).nullable(),
})

/** The sandbox gateway's hosted page. */
export const payLinks: PayLinkMaker = {
  create: (request, account) => create(request, account, []),
  // The gateway lets nobody else's page frame its fields.
  createEmbedded: (request, account) =>
    create(request, account, [literal('embedOrigin', new URL(request.returnUrl).origin)]),
  inquire: ({ linkRef, ourReference }, account) =>
    get(account, 'link-inquire', `/v1/links/${encodeURIComponent(linkRef)}`, { ourReference }),
  expire: ({ linkRef, ourReference, idempotencyKey }, account) =>
    post(account, {
      at: 'link-expire',
      path: `/v1/links/${encodeURIComponent(linkRef)}/expire`,
      idempotencyKey,
      fields: [],
      data: { ourReference },
    }),
}

function create(request: PayLinkRequest, account: GatewayAccount, embed: readonly BodyField[]): Move {
  const { money, ourReference, idempotencyKey, merchantReference, description, capture } = request
  return post(account, {
    at: 'link',
    path: '/v1/links',
    idempotencyKey,
    fields: [
      literal('amount', money.amountMinor),
      literal('currency', money.currency),
      literal('ourReference', ourReference),
      literal('merchantReference', merchantReference),
      ...(description === undefined ? [] : [literal('description', description)]),
      literal('capture', capture),
      literal('expiresAt', new Date(request.expiresAtMs).toISOString()),
      ...embed,
    ],
    data: { ourReference },
  })
}

export function readLink(state: ConversationState, reply: GatewayReply): Outcome {
  if (reply.kind !== 'answered') return withoutAnswer(reply)
  if (reply.status !== 200 && reply.status !== 201) return unknown(`status ${reply.status}`)
  const link = parse(Link, reply)
  if (!link) return unknown('unreadable answer')
  if (link.ourReference !== state.data.ourReference) return anotherReference
  if (link.status === 'paid') {
    const paid = link.authorisation ? outcomeOf(link.authorisation, state) : unknown('paid, and by nothing')
    return paid.kind === 'approved' ? { ...paid, ...present('card', link.card) } : paid
  }
  return {
    kind: 'link',
    state: link.status,
    linkRef: link.id,
    url: link.url,
    ...present('embed', embedOf(link)),
  }
}

function embedOf({ embedUrl }: z.output<typeof Link>): Embed | undefined {
  return embedUrl ? { kind: 'frame', hosts: { frame: [new URL(embedUrl).origin] }, url: embedUrl } : undefined
}
