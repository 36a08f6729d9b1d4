import type { Account } from '../account.ts'
import type { Adapter, Answer, Move, WriteRequest } from '../adapter.ts'
import { render } from '../mapping.ts'
import { mappingView } from '../mapping-view.ts'
import { call, end, giveUp, recordGone, refused } from '../reading.ts'
import { Settings } from './settings.ts'

/**
 * Any system that takes JSON over HTTPS: one request for each event, from templates of the merchant's. That nothing
 * is written twice rests on the other side: on a path with the payment's id and PUT, or on the idempotency header.
 *
 * Templates: mustache.github.io/mustache.5.html.
 */
export const generic: Adapter = {
  id: 'generic',
  name: 'Another system (REST)',
  sort: 'crm',
  settings: Settings,
  origins: (settings) => {
    const { origin } = Settings.parse(settings)
    return { api: origin, identity: origin }
  },
  auth: {
    grants: ['fixed-token', 'client-credentials'],
    authorisePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    scope: '',
    pkce: true,
    client: 'basic',
    lifetimeSeconds: 1_800,
  },
  limits: {
    windows: (settings) => [
      { name: 'minute', spanMs: 60_000, most: Settings.parse(settings).requestsPerMinute },
    ],
    atOnce: 5,
    account: (origin) => origin,
  },
  recordKinds: ['record'],
  entries: 'by-event',
  events: ['payment.captured', 'payment.voided', 'payment.refunded'],
  mapping: [],
  write: { open, next },
}

function open(request: WriteRequest, account: Account): Move {
  const settings = Settings.parse(account.settings)
  const view = mappingView(request)
  const path = render(settings.path, view, encodeURIComponent)
  let body: unknown
  try {
    body = JSON.parse(render(settings.body, view, inJson))
  } catch {
    return giveUp('settings: body: the template does not give JSON: stand all texts in quotes?')
  }
  const headers = { [settings.idempotencyHeader.toLowerCase()]: request.eventId }
  return call('send', { operation: 'send', method: settings.method, path, headers, body })
}

/** As it stands between quotes in JSON. */
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)

function next(_: unknown, answer: Answer, turn: { request: WriteRequest; account: Account }): Move {
  const settings = Settings.parse(turn.account.settings)
  const { status } = answer
  if ((status >= 200 && status < 300) || settings.alreadyThere.includes(status)) {
    const { record, eventId } = turn.request
    return end({ kind: 'done', written: { record, refs: { eventId } } })
  }
  return settings.recordGone.includes(status) ? recordGone : refused('send', answer)
}
