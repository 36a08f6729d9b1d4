import type { Clock } from '../../base/clock.ts'
import type { Queries } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import {
  AccountCount,
  type Ask,
  nothingCounted,
  type Room,
  type Settled,
  settle,
  takeRoom,
} from './account-room.ts'

export type LimiterOptions = { readonly store: Store; readonly clock: Clock }

/**
 * Rate limits of accounts on the other side, counted in the store: whichever process of control sends, and after a
 * restart too. One row for each account, which whoever takes room holds for the moment of one transaction.
 */
export class Limiter {
  readonly #options: LimiterOptions

  constructor(options: LimiterOptions) {
    this.#options = options
  }

  take(ask: Ask): Promise<Room> {
    const nowMs = this.#options.clock.now()
    return this.#change(ask.account, (before) => takeRoom(before, ask, nowMs))
  }

  async settle(ask: Ask, settled: Settled): Promise<void> {
    const nowMs = this.#options.clock.now()
    await this.#change(ask.account, (before) => [undefined, settle(before, ask, settled, nowMs)])
  }

  #change<T>(account: string, change: (before: AccountCount) => [T, AccountCount]): Promise<T> {
    const { store, clock } = this.#options
    return store.transaction(async (trx) => {
      const [answer, after] = change(await read(trx, account, store.kind))
      const values = { count: JSON.stringify(after), updated_at: clock.now() }
      await trx.updateTable('account_limits').set(values).where('account', '=', account).execute()
      return answer
    })
  }
}

/** The account's row, made if it is not there, and locked until the transaction ends. */
async function read(trx: Queries, account: string, kind: Store['kind']): Promise<AccountCount> {
  const query = trx.selectFrom('account_limits').select('count').where('account', '=', account)
  const locked = kind === 'postgres' ? query.forUpdate() : query
  const known = await locked.executeTakeFirst()
  if (known) return AccountCount.parse(JSON.parse(known.count))
  await trx
    .insertInto('account_limits')
    .values({ account, count: JSON.stringify(nothingCounted), updated_at: 0 })
    .onConflict((conflict) => conflict.column('account').doNothing())
    .execute()
  const { count } = await locked.executeTakeFirstOrThrow()
  return AccountCount.parse(JSON.parse(count))
}
