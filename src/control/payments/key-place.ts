import { createHash } from 'node:crypto'
import type { ConnectorFacts, GatewayAccount } from '../../connectors/connector.ts'

type Account = Pick<GatewayAccount, 'origin' | 'apiKey' | 'settings'>

/**
 * Where a request goes now, beside where its first sending went. `same-credentials`: the same key of the same gateway, and
 * another account of its (a setting has changed). `elsewhere`: the key is another one, so whose account it is nobody knows.
 */
export type Place = 'same-account' | 'same-credentials' | 'elsewhere'

/**
 * What is kept with an attempt or operation of the account that it is sent to: `<credentials>.<settings>`, SHA-256 cut to 64
 * bits each. A gateway's key is long and random, so nobody finds it by guessing.
 */
export function fingerprintOfAccount({ origin, apiKey, settings = {} }: Account): string {
  const named = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${digest([origin, apiKey])}.${digest(named)}`
}

/** Rows from before it was kept (null) are taken as sent to the account that is configured. */
export function placeOf(sentTo: string | null, account: Account): Place {
  const now = fingerprintOfAccount(account)
  if (sentTo === null || sentTo === now) return 'same-account'
  return sentTo.split('.')[0] === now.split('.')[0] ? 'same-credentials' : 'elsewhere'
}

/** Whether the gateway takes a key that was used at `place` for the one that it knows already: else it would act twice. */
export function keyIsKnownAt(place: Place, scope: ConnectorFacts['scope']): boolean {
  switch (scope) {
    case 'company':
      return place !== 'elsewhere'
    case 'account':
      return place === 'same-account'
    case 'undocumented':
    case 'none':
      return false
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}
