import type { Adapter } from '../adapter.ts'
import { countIn } from '../limits.ts'
import { find } from './find.ts'
import { lookUp } from './look-up.ts'
import { Settings } from './settings.ts'
import { write } from './write.ts'

/**
 * HubSpot: one record of the payments object, or one note, for each payment, under a property of unique values, and
 * associated with a contact, ticket, deal or company.
 *
 * Public documentation: developers.hubspot.com/docs/guides/api/crm/commerce/payments (the payments object),
 * …/docs/guides/api/crm/understanding-the-crm (`idProperty`, unique values),
 * …/docs/guides/api/crm/associations/associations-v4 (default associations),
 * …/docs/guides/apps/api-usage/usage-details (limits and their headers), …/docs/api-reference/oauth (tokens).
 */
export const hubspot: Adapter = {
  id: 'hubspot',
  name: 'HubSpot',
  sort: 'crm',
  settings: Settings,
  origins: () => ({ api: 'https://api.hubapi.com', identity: 'https://api.hubapi.com' }),
  auth: {
    grants: ['authorisation-code', 'fixed-token'],
    authorisePath: '/oauth/authorize',
    tokenPath: '/oauth/v1/token',
    scope:
      'crm.objects.contacts.read crm.objects.contacts.write crm.objects.commercepayments.read crm.objects.commercepayments.write',
    pkce: false,
    client: 'body',
    authoriseOrigin: () => 'https://app.hubspot.com',
    lifetimeSeconds: 1_800,
  },
  limits: {
    // A private app of the smallest plan; apps of the marketplace have 110 in ten seconds for each account.
    windows: () => [
      { name: 'burst', spanMs: 10_000, most: 100 },
      { name: 'day', spanMs: 24 * 3_600_000, most: 250_000 },
    ],
    atOnce: 10,
    account: (_, settings) => `hubspot ${Settings.parse(settings).portalId}`,
    left: (headers) => {
      const burst = countIn(headers, 'x-hubspot-ratelimit-remaining')
      const day = countIn(headers, 'x-hubspot-ratelimit-daily-remaining')
      return [
        ...(burst === undefined ? [] : [{ name: 'burst', left: burst }]),
        ...(day === undefined ? [] : [{ name: 'day', left: day }]),
      ]
    },
  },
  recordKinds: ['contacts', 'tickets', 'deals', 'companies'],
  entries: 'by-payment',
  events: [
    'payment.authorised',
    'payment.captured',
    'payment.declined',
    'payment.voided',
    'payment.refunded',
  ],
  mapping: [
    { field: 'hs_initial_amount', template: '{{amount}}', as: 'text' },
    { field: 'hs_currency_code', template: '{{currency}}', as: 'text' },
    { field: 'hs_initiated_date', template: '{{time}}', as: 'text' },
    { field: 'hs_reference_number', template: '{{reference}}', as: 'text' },
    { field: 'hs_refunds_amount', template: '{{refunded}}', as: 'text' },
    { field: 'hs_internal_comment', template: '{{title}}, {{brand}} {{last4}}, {{paymentId}}', as: 'text' },
  ],
  write,
  find,
  lookUp,
  lookUpKinds: ['tickets', 'deals', 'companies', 'contacts'],
  partyKinds: ['contacts', 'companies'],
}
