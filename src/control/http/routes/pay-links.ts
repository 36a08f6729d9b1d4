import { createHash } from 'node:crypto'
import { z } from 'zod'
import { PaymentResource } from '../../../contracts/desk-port.ts'
import { NewPayLink } from '../../../contracts/pay-links.ts'
import { embeddedPage, type ServedPage } from '../../pay-links/embedded-page.ts'
import type { PayLinks } from '../../pay-links/pay-links.ts'
import { principalOf } from '../request-context.ts'
import type { RouteApp } from './route-app.ts'

const tags = ['pay links']
const params = z.strictObject({ id: z.string().max(64) })

/** The same payment at the gateway's own page, and the address that leads there. */
export function payLinkRoutes(app: RouteApp, links: PayLinks): void {
  app.post(
    '/v1/payments/:id/pay-link',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Switch the payment to the gateway’s own page, and send its address to the caller',
        description:
          'A keypad collection is discarded first. Answered when the page is made and the message was handed over: the ' +
          'payment is `linked`, and `payLink` says what is known of both. Without a channel, `payLink.url` is yours to pass on.',
        params,
        body: NewPayLink.prefault({}),
        response: { 200: PaymentResource },
      },
    },
    (request) => links.order(principalOf(request).actor, request.params.id, request.body),
  )

  app.post(
    '/v1/payments/:id/pay-link/withdraw',
    {
      config: { access: 'payments:take' },
      schema: {
        tags,
        summary: 'Have the gateway close the page: the payment is where it was, unless it was paid meanwhile',
        params,
        body: z.strictObject({}).optional(),
        response: { 200: PaymentResource },
      },
    },
    (request) => links.withdraw(principalOf(request).actor, request.params.id),
  )

  app.get(
    '/l/:token',
    {
      config: { access: 'public' },
      schema: {
        hide: true,
        params: z.strictObject({ token: z.string().regex(/^[\w-]{22}$/) }),
        // The gateway adds what it likes to the address that a caller comes back to.
        querystring: z.looseObject({ paid: z.string().optional() }),
      },
    },
    async (request, reply) => {
      const visited = await links.visit(request.params.token, request.query.paid !== undefined)
      void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
      if (visited.kind === 'go') return reply.redirect(visited.url, 303)
      const status = visited.kind === 'over' ? 410 : 200
      const { html, policy } = visited.kind === 'show' ? embeddedPage(visited.page) : wordPage(visited.kind)
      return reply
        .code(status)
        .header('content-security-policy', policy)
        .type('text/html; charset=utf-8')
        .serializer(String)
        .send(html)
    },
  )
}

const style =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:4rem auto;max-width:28rem;padding:0 1rem}'
const styleHash = createHash('sha256').update(style).digest('base64')
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const words = {
  paid: ['Thank you', 'This payment has been made. Nothing more will be taken.'],
  checking: [
    'One moment',
    'The payment is being confirmed. You may close this page, and go on with your call.',
  ],
  over: [
    'This address leads nowhere any more',
    'The payment can no longer be made here. Please ask for a new link.',
  ],
} as const

function wordPage(kind: keyof typeof words): ServedPage {
  const [title, text] = words[kind]
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`
  return { html, policy }
}
