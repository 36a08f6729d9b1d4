import { z } from 'zod'
import type { TakenAccounts } from '../../../contracts/bank-account.ts'
import { LogIn, SessionResource } from '../../../contracts/desk-port.ts'
import { Unauthenticated } from '../../auth/errors.ts'
import { type createLogIn, describeAgent } from '../../auth/log-in.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { Store } from '../../store/store.ts'
import { principalOf } from '../request-context.ts'
import type { SessionCookie } from '../session-cookie.ts'
import type { RouteApp } from './route-app.ts'

export type SessionRoutesOptions = {
  readonly store: Store
  readonly sessions: Sessions
  readonly logIn: ReturnType<typeof createLogIn>
  readonly cookie: SessionCookie
  /** Of which bank accounts the merchant's gateway takes debits. */
  readonly bankAccountsOf: BankAccountsOf
  /** In sandbox mode only. */
  readonly carrierUrl: string | null
  /** Ends the event streams of a log-in that is over. */
  readonly onLogOut: (sessionId: string) => void
}

export type BankAccountsOf = (merchantId: string) => Promise<TakenAccounts[]>

const tags = ['sessions']
/** Log-ins from one address in a minute: the throttle behind it counts wrong ones only. */
const perMinute = 60

export function sessionRoutes(app: RouteApp, options: SessionRoutesOptions): void {
  const { store, sessions, logIn, cookie, carrierUrl, bankAccountsOf } = options
  const sandbox = carrierUrl === null ? null : { carrierUrl }

  app.post(
    '/v1/sessions',
    {
      // An answer that carries a cookie is not kept, so a repeated log-in is a new one: that harms nobody.
      config: {
        access: 'public',
        idempotency: 'header-only',
        rateLimit: { max: perMinute, timeWindow: 60_000 },
      },
      schema: {
        tags,
        summary: 'Log in as an agent; the session is an HttpOnly cookie',
        body: LogIn,
        response: { 201: SessionResource },
      },
    },
    async (request, reply) => {
      const { agentId, merchantId, token } = await logIn({ ...request.body, address: request.ip })
      const who = await describeAgent(store, { id: agentId, merchantId })
      if (!who) throw new Unauthenticated('the agent is no longer there')
      cookie.set(reply, token)
      return reply.code(201).send({ ...who, sandbox, bankAccounts: await bankAccountsOf(merchantId) })
    },
  )

  app.get(
    '/v1/sessions/current',
    {
      config: { access: 'signed-in' },
      schema: { tags, summary: 'Who is logged in', response: { 200: SessionResource } },
    },
    async (request) => {
      const { actor } = principalOf(request)
      const who = actor.kind === 'agent' ? await describeAgent(store, actor) : undefined
      if (!who) throw new Unauthenticated('an API key is not a session')
      return { ...who, sandbox, bankAccounts: await bankAccountsOf(actor.merchantId) }
    },
  )

  app.delete(
    '/v1/sessions/current',
    {
      config: { access: 'signed-in' },
      schema: { tags, summary: 'Log out', response: { 204: z.undefined().describe('Logged out') } },
    },
    async (request, reply) => {
      const { sessionId } = principalOf(request)
      if (sessionId === null) throw new Unauthenticated('an API key is not a session')
      await sessions.close(sessionId)
      options.onLogOut(sessionId)
      cookie.clear(reply)
      return reply.code(204).send()
    },
  )
}
