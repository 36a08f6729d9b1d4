import type { ChooseTargets } from '../outbox/target.ts'

/** Connections hear of the events that their merchant chose. One that is not connected yet hears of none. */
export const chooseConnections: ChooseTargets = async (trx, { merchantId, event }) => {
  const rows = await trx
    .selectFrom('connections')
    .select(['id', 'events'])
    .where('merchant_id', '=', merchantId)
    .where('state', '=', 'connected')
    .execute()
  const wants = (events: string) => (JSON.parse(events) as string[]).includes(event.type)
  return rows.filter(({ events }) => wants(events)).map(({ id }) => id)
}
