import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { answerWithFaults } from './answer-with-faults.ts'
import { type Page, pageIn, payPage, wordPage } from './hosted-page.ts'
import type { HostedLink } from './ledger.ts'
import type { Parts } from './parts.ts'
import { type Authorisation, LinkBody, PayForm, Refusal } from './wire.ts'

type WithId = { Params: { id: string } }
type WithToken = { Params: { token: string } }

const html = 'text/html; charset=utf-8'

/** Hosted pages: one payment each, until it is paid or its time is over. */
export function addLinks(app: FastifyInstance, parts: Parts): void {
  const { acquirer, ledger, clock } = parts
  const statusOf = (link: HostedLink) =>
    link.paidBy !== null ? 'paid' : link.expiresAtMs <= clock.now() ? 'expired' : 'open'
  const show = (link: HostedLink, host: string) => ({
    id: link.id,
    status: statusOf(link),
    url: `https://${host}/pay/${link.token}`,
    embedUrl: link.embedOrigin === undefined ? null : `https://${host}/embed/${link.token}`,
    amount: link.amount,
    currency: link.currency,
    ourReference: link.ourReference,
    expiresAt: new Date(link.expiresAtMs).toISOString(),
    authorisation: link.paidBy === null ? null : acquirer.get(link.paidBy),
    card: link.card,
  })
  const find = (id: string) => {
    const link = ledger.link({ id })
    if (!link) throw new Refusal(404, 'link_not_found', 'There is no such link.')
    return link
  }

  app.post('/v1/links', (request, reply) => {
    const body = LinkBody.parse(request.body)
    const { host } = request
    const work = () => {
      const { expiresAt, description, embedOrigin, ...rest } = body
      const link: HostedLink = {
        id: `lnk_${randomBytes(10).toString('hex')}`,
        token: randomBytes(18).toString('base64url'),
        ...rest,
        ...(description === undefined ? {} : { description }),
        ...(embedOrigin === undefined ? {} : { embedOrigin }),
        expiresAtMs: Date.parse(expiresAt),
        paidBy: null,
        card: null,
      }
      ledger.keepLink(link)
      return show(link, host)
    }
    return answerWithFaults(parts, { request, reply, body, operation: 'link', amount: 0, work })
  })
  app.get<WithId>('/v1/links/:id', (request) => show(find(request.params.id), request.host))
  app.post<WithId>('/v1/links/:id/expire', (request) => {
    const link = find(request.params.id)
    const closed = { ...link, expiresAtMs: Math.min(link.expiresAtMs, clock.now()) }
    if (link.paidBy === null) ledger.once(() => ledger.keepLink(closed))
    return show(find(link.id), request.host)
  })
  addPage(app, parts, statusOf)
}

function addPage(app: FastifyInstance, { acquirer, ledger, log }: Parts, statusOf: StatusOf): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  const send = (reply: FastifyReply, status: number, page: Page) =>
    reply.code(status).header('content-security-policy', page.policy).type(html).send(page.html)
  const over = (reply: FastifyReply, status: Over, page: PageOf) =>
    send(reply, status === 'none' ? 404 : 410, page(wordPage(words[status][0], words[status][1])))

  // The page itself, and its fields alone, in a frame of the merchant's page.
  for (const place of ['pay', 'embed'] as const) {
    const find = (token: string) => {
      const link = ledger.link({ token })
      return place === 'embed' && link?.embedOrigin === undefined ? undefined : link
    }
    app.get<WithToken>(`/${place}/:token`, (request, reply) => {
      const link = find(request.params.token)
      const page = pageIn(link?.embedOrigin, place)
      const status = link ? statusOf(link) : 'none'
      return link && status === 'open'
        ? send(reply, 200, page(payPage(link, null)))
        : over(reply, status as Over, page)
    })
    app.post<WithToken>(`/${place}/:token`, (request, reply) => {
      const link = find(request.params.token)
      const page = pageIn(link?.embedOrigin, place)
      const status = link ? statusOf(link) : 'none'
      // Paid in another window, a moment ago.
      if (!link || status !== 'open') return over(reply, status as Over, page)
      const form = PayForm.safeParse(request.body)
      if (!form.success)
        return send(reply, 422, page(payPage(link, 'That is not a card: please look at it again.')))
      const paid = ledger.once(() => pay(link, form.data))
      log.info({ state: paid.outcome, kind: place }, 'hosted page paid')
      if (paid.outcome === 'approved') return send(reply, 200, page(wordPage('Paid', words.done), 'paid'))
      return send(reply, 402, page(payPage(link, paid.decline?.message ?? 'The card was declined.')))
    })
  }

  function pay(link: HostedLink, { number, expiry, csc }: Paid): Authorisation {
    const [month = 0, year = 0] = (expiry.match(/\d{2}/g) ?? []).map(Number)
    const card = { number, expiryMonth: month, expiryYear: 2000 + year, csc }
    const { amount, currency, ourReference, merchantReference, capture } = link
    const body = { amount, currency, ourReference, merchantReference, capture, keep: false, card }
    const authorisation = acquirer.authorise(body)
    if (authorisation.outcome === 'approved')
      ledger.keepLink({ ...link, paidBy: authorisation.id, card: authorisation.card })
    return authorisation
  }
}

type Paid = ReturnType<typeof PayForm.parse>
type Over = 'paid' | 'expired' | 'none'
type PageOf = ReturnType<typeof pageIn>
type StatusOf = (link: HostedLink) => 'paid' | 'expired' | 'open'

const words = {
  paid: ['Paid already', 'This payment has been made. Nothing more is taken.'],
  expired: ['No longer open', 'This link can no longer be paid. Please ask for another one.'],
  none: ['Not found', 'There is no such payment.'],
  done: 'Thank you. You may close this page, and go on with your call.',
} as const
