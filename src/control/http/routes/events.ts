import { z } from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { type ApiVersion, currentVersion } from '../../../contracts/api-version.ts'
import type { DeskEvent } from '../../../contracts/desk-port.ts'
import type { Principal } from '../../auth/principal.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { CallRegistry } from '../../calls/registry.ts'
import type { DeskFeedHub, FeedEntry } from '../../desk-feed.ts'
import type { Payments } from '../../ports.ts'
import { versionOf } from '../api-version.ts'
import { TooManyStreams } from '../errors.ts'
import { EventStream } from '../event-stream.ts'
import { principalOf } from '../request-context.ts'
import { answerAsOf } from '../version-changes.ts'
import type { RouteApp } from './route-app.ts'

/** A desk needs one, in each tab. */
const mostPerPrincipal = 10

export type EventRoutesOptions = {
  readonly clock: Clock
  readonly feed: DeskFeedHub
  readonly calls: CallRegistry
  readonly payments: Payments
  readonly sessions: Sessions
  readonly vault: { readonly up: boolean }
  readonly bridge: { readonly up: boolean }
}

export type OpenStreams = {
  /** Ends the streams of one log-in, or all. */
  end(sessionId?: string): void
  readonly count: number
}

export function eventRoutes(app: RouteApp, options: EventRoutesOptions): OpenStreams {
  const open = new Map<EventStream, Principal>()

  app.get(
    '/v1/events',
    {
      config: { access: 'payments:read' },
      // A HEAD request would open a stream that nobody reads.
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: 'Calls and payments as they change: server-sent events, each a DeskEvent',
        description:
          'Send `Last-Event-ID` to go on where a connection was lost. A first connection, and one that missed too ' +
          'much, gets `reset` and then everything as it is now.',
        headers: z.looseObject({ 'last-event-id': z.string().max(64).optional() }),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      const principal = principalOf(request)
      const same = [...open.values()].filter(({ actor }) => actor.id === principal.actor.id)
      if (same.length >= mostPerPrincipal) throw new TooManyStreams('close another event stream first')
      reply.hijack()
      let unsubscribe = () => {}
      const stream = new EventStream({
        response: reply.raw,
        headers: reply.getHeaders(),
        clock: options.clock,
        stillAllowed: async () =>
          principal.sessionId === null || (await options.sessions.stillValid(principal.sessionId)),
        onEnd: () => {
          unsubscribe()
          open.delete(stream)
        },
      })
      open.set(stream, principal)
      const lastId = request.headers['last-event-id']
      unsubscribe = await begin(asOf(stream, versionOf(request)), principal.actor.merchantId, lastId, options)
      if (!open.has(stream)) unsubscribe()
    },
  )

  return {
    end(sessionId) {
      for (const [stream, principal] of [...open]) {
        if (sessionId === undefined || principal.sessionId === sessionId) stream.end()
      }
    },
    get count() {
      return open.size
    },
  }
}

type Sink = Pick<EventStream, 'send' | 'sendAll' | 'end'>

/** A reader of an older date of the API gets payments as that date knows them. */
function asOf(stream: EventStream, version: ApiVersion): Sink {
  if (version === currentVersion) return stream
  const older = <T extends { readonly json: string }>(entry: T): T => ({
    ...entry,
    json: JSON.stringify(answerAsOf(version, JSON.parse(entry.json))),
  })
  return {
    send: (entry) => stream.send(older(entry)),
    sendAll: (entries) => stream.sendAll(entries.map(older)),
    end: () => stream.end(),
  }
}

/** What was missed, or everything as it is now; then what comes. Nothing that happens meanwhile is lost. */
async function begin(
  stream: Sink,
  merchantId: string,
  lastId: string | undefined,
  options: EventRoutesOptions,
): Promise<() => void> {
  const { feed } = options
  const missed = lastId === undefined ? undefined : feed.after(merchantId, lastId)
  if (missed) {
    stream.sendAll(missed)
    return feed.subscribe(merchantId, (entry) => stream.send(entry))
  }
  const position = feed.position(merchantId)
  let held: FeedEntry[] | undefined = []
  const unsubscribe = feed.subscribe(merchantId, (entry) => {
    if (held) held.push(entry)
    else stream.send(entry)
  })
  try {
    const events = await currentState(merchantId, options)
    // Only the last one carries the id: a reader that is cut off in between begins anew.
    for (const [i, event] of events.entries()) {
      const entry = { type: event.type, json: JSON.stringify(event) }
      stream.send(i === events.length - 1 ? { id: position, ...entry } : entry)
    }
    stream.sendAll(held)
    held = undefined
  } catch {
    unsubscribe()
    stream.end()
  }
  return unsubscribe
}

async function currentState(merchantId: string, options: EventRoutesOptions): Promise<DeskEvent[]> {
  const { calls, payments, vault, bridge } = options
  const open = await payments.current(merchantId)
  return [
    { type: 'reset' },
    ...calls.current(merchantId).map((call) => ({ type: 'call', call }) as const),
    ...open.map((payment) => ({ type: 'payment', payment }) as const),
    { type: 'platform', vault: vault.up ? 'up' : 'down', bridge: bridge.up ? 'up' : 'down' },
  ]
}
