import type { Log } from '../../base/log.ts'
import type { SessionResource } from '../../contracts/desk-port.ts'
import type { Store } from '../store/store.ts'
import { LogInRefused } from './errors.ts'
import type { LogInThrottle } from './log-in-throttle.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { rightsOf } from './rights.ts'
import type { Sessions } from './sessions.ts'

export type LogInOptions = {
  readonly store: Store
  readonly sessions: Sessions
  readonly throttle: LogInThrottle
  readonly log: Log
}

export type LogInAttempt = { readonly email: string; readonly password: string; readonly address: string }

export type LoggedIn = { readonly agentId: string; readonly merchantId: string; readonly token: string }

/** E-mail address and password for a session's token. Throws LogInLocked or LogInRefused. */
export function createLogIn({ store, sessions, throttle, log }: LogInOptions) {
  // An unknown account is checked against this one, so that it takes as long to refuse as a known one.
  const nobody = hashPassword('no password of anyone')
  return async ({ email, password, address }: LogInAttempt): Promise<LoggedIn> => {
    const name = { email: email.toLowerCase(), address }
    throttle.begin(name)
    const agent = await store.db
      .selectFrom('agents')
      .select(['id', 'merchant_id', 'password_hash'])
      .where('email', '=', name.email)
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    const right = await verifyPassword(password, agent?.password_hash ?? (await nobody))
    if (!agent || !right) {
      log.warn({ reason: agent ? 'wrong password' : 'no such account' }, 'log-in refused')
      throw new LogInRefused('e-mail address or password wrong')
    }
    throttle.succeeded(name)
    const token = await sessions.open({ id: agent.id, merchantId: agent.merchant_id })
    log.info({ agentId: agent.id, merchantId: agent.merchant_id }, 'agent logged in')
    return { agentId: agent.id, merchantId: agent.merchant_id, token }
  }
}

/** Agent and merchant as the session's resource shows them; undefined when the agent is no longer there. */
export async function describeAgent(
  store: Store,
  { id, merchantId }: { readonly id: string; readonly merchantId: string },
): Promise<Omit<SessionResource, 'sandbox' | 'bankAccounts'> | undefined> {
  const row = await store.db
    .selectFrom('agents')
    .innerJoin('merchants', 'merchants.id', 'agents.merchant_id')
    .select(['agents.id', 'agents.name', 'agents.email', 'agents.role'])
    .select(['merchants.id as merchant_id', 'merchants.name as merchant_name'])
    .where('agents.id', '=', id)
    .where('agents.merchant_id', '=', merchantId)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    agent: { id: row.id, name: row.name, email: row.email, role: row.role },
    merchant: { id: row.merchant_id, name: row.merchant_name },
    rights: rightsOf(row.role),
  }
}
