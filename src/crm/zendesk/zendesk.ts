import type { Adapter } from '../adapter.ts'
import { countIn } from '../limits.ts'
import { find } from './find.ts'
import { lookUp } from './look-up.ts'
import { Settings } from './settings.ts'
import { write } from './write.ts'

/**
 * Zendesk: an internal comment on the ticket for each event, and custom fields with the state of the payment.
 *
 * Public documentation: developer.zendesk.com/api-reference/ticketing/tickets/tickets/ ("Update Ticket",
 * "Protecting against ticket update collisions", custom fields), …/ticket_comments/ ("List Comments"),
 * …/introduction/rate-limits/, …/documentation/api-basics/authentication/api-tokens-to-oauth/ (OAuth only: API
 * tokens end in 2027).
 */
export const zendesk: Adapter = {
  id: 'zendesk',
  name: 'Zendesk',
  sort: 'crm',
  settings: Settings,
  origins: (settings) => {
    const origin = `https://${Settings.parse(settings).subdomain}.zendesk.com`
    return { api: origin, identity: origin }
  },
  auth: {
    grants: ['client-credentials', 'authorisation-code'],
    authorisePath: '/oauth/authorizations/new',
    tokenPath: '/oauth/tokens',
    scope: 'read write',
    pkce: true,
    client: 'body',
    lifetimeSeconds: 1_800,
  },
  limits: {
    windows: (settings) => [
      { name: 'minute', spanMs: 60_000, most: Settings.parse(settings).requestsPerMinute },
    ],
    atOnce: 5,
    account: (origin) => origin,
    left: (headers) => {
      const left = countIn(headers, 'x-rate-limit-remaining') ?? countIn(headers, 'ratelimit-remaining')
      return left === undefined ? [] : [{ name: 'minute', left }]
    },
  },
  recordKinds: ['ticket'],
  entries: 'by-event',
  events: [
    'payment.authorised',
    'payment.captured',
    'payment.declined',
    'payment.voided',
    'payment.refunded',
  ],
  mapping: [
    {
      field: 'comment',
      template:
        '{{title}}: {{amountText}}, {{brand}} ending {{last4}}.\nReference {{reference}}, authorisation code {{authCode}}. Refunded so far: {{refundedText}}.',
      as: 'text',
    },
  ],
  write,
  find,
  lookUp,
  lookUpKinds: ['ticket'],
}
