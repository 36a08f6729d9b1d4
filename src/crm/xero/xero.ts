import { z } from 'zod'
import type { Account } from '../account.ts'
import type { Adapter, Answer, Move, WriteRequest } from '../adapter.ts'
import { countIn } from '../limits.ts'
import { call, end, giveUp, parse, refused } from '../reading.ts'
import { lookUp } from './look-up.ts'
import { Settings } from './settings.ts'
import { type Errand, openInvoice, readStep } from './steps.ts'

/**
 * Xero: a payment against the invoice; a refund as a credit note, paid out or allocated; a void takes the payment away.
 *
 * Described by Xero's own OpenAPI file (`xero_accounting.yaml`: getInvoice, getPayments, createPayments,
 * deletePayment, getCreditNote, createCreditNotes, createCreditNoteAllocation), and publicly at
 * developer.xero.com/documentation/api/accounting/payments and …/guides/oauth2/limits/ (60 a minute and 5,000 a day
 * for each organisation, 5 at once), …/guides/oauth2/auth-flow/ (access tokens for 30 minutes; every refresh gives a
 * new refresh token).
 */
export const xero: Adapter = {
  id: 'xero',
  name: 'Xero',
  sort: 'accounting',
  settings: Settings,
  origins: () => ({ api: 'https://api.xero.com', identity: 'https://identity.xero.com' }),
  auth: {
    grants: ['authorisation-code', 'client-credentials'],
    authorisePath: '/identity/connect/authorize',
    tokenPath: '/connect/token',
    scope: 'offline_access accounting.transactions',
    pkce: false,
    client: 'basic',
    authoriseOrigin: () => 'https://login.xero.com',
    lifetimeSeconds: 1_800,
  },
  limits: {
    windows: () => [
      { name: 'minute', spanMs: 60_000, most: 60 },
      { name: 'day', spanMs: 24 * 3_600_000, most: 5_000 },
    ],
    atOnce: 5,
    account: (_, settings) => `xero ${Settings.parse(settings).tenantId ?? 'unknown organisation'}`,
    left: (headers) => {
      const minute = countIn(headers, 'x-minlimit-remaining')
      const day = countIn(headers, 'x-daylimit-remaining')
      return [
        ...(minute === undefined ? [] : [{ name: 'minute', left: minute }]),
        ...(day === undefined ? [] : [{ name: 'day', left: day }]),
      ]
    },
  },
  recordKinds: ['invoice'],
  entries: 'by-event',
  events: ['payment.captured', 'payment.refunded', 'payment.voided'],
  mapping: [
    { field: 'Description', template: 'Refund of card payment {{reference}} ({{paymentId}})', as: 'text' },
  ],
  write: { open, next: readStep },
  lookUp,
  lookUpKinds: ['invoice'],
  discover: {
    open: () => call('connections', { operation: 'connections', method: 'GET', path: '/connections' }),
    next: readConnections,
  },
}

function open(request: WriteRequest, account: Account): Move {
  if (Settings.parse(account.settings).tenantId === undefined)
    return giveUp('settings: tenantId: name the organisation')
  const errand = errandOf(request)
  return errand ? openInvoice(request, account, errand) : end({ kind: 'done', written: request.written })
}

/** What the event asks of the books. Null: nothing, as for an authorisation whose money was not taken. */
function errandOf({ event }: WriteRequest): Errand | null {
  const { status, operation } = event.data
  if (event.type === 'payment.voided' || status === 'voided') return 'void'
  if (event.type === 'payment.refunded' && operation?.kind === 'refund') return 'refund'
  return ['captured', 'partly-refunded', 'refunded'].includes(status) ? 'sale' : null
}

const Connections = z.array(
  z.looseObject({ tenantId: z.uuid(), tenantType: z.string(), tenantName: z.string().nullish() }),
)

function readConnections(_: unknown, answer: Answer, { account }: { account: Account }): Move {
  const found = answer.status === 200 ? parse(Connections, answer) : undefined
  if (!found) return refused('connections', answer)
  const settings = Settings.parse(account.settings)
  const organisations = found.filter(({ tenantType }) => tenantType === 'ORGANISATION')
  if (organisations.some(({ tenantId }) => tenantId === settings.tenantId))
    return end({ kind: 'settings', settings })
  const [only] = organisations
  if (only === undefined) return giveUp('settings: tenantId: the one who agreed has no organisation')
  if (organisations.length > 1 || settings.tenantId !== undefined)
    return giveUp('settings: tenantId: name one of the organisations that access was given to')
  return end({ kind: 'settings', settings: { ...settings, tenantId: only.tenantId } })
}
