import type { BodyField, GatewayCall } from '../../contracts/gateway-call.ts'
import type { CallMove, ConversationState, GatewayAccount, Move } from '../connector.ts'
import type { AuthoriseRequest } from '../requests.ts'

export const connectorId = 'sandbox'

/** Where a conversation stands: which call is out, and what its reply has to echo. */
export type At =
  | 'authorise'
  | 'authorise-stored'
  | 'debit'
  | 'forget'
  | 'link'
  | 'link-inquire'
  | 'link-expire'
  | 'capture'
  | 'void'
  | 'refund'
  | 'inquire'
  | 'inquire-follow-up'
  | 'settlement'

type Post = {
  readonly at: At
  readonly path: string
  readonly idempotencyKey: string
  readonly fields: readonly BodyField[]
  readonly carriesCard?: boolean
  readonly data: ConversationState['data']
}

export function post(
  account: GatewayAccount,
  { at, path, idempotencyKey, fields, carriesCard, data }: Post,
): Move {
  const call: GatewayCall = {
    ...head(account, at),
    method: 'POST',
    path,
    headers: [...authorisation(account), { name: 'idempotency-key', value: idempotencyKey }],
    body: { encoding: 'json', fields: [...fields] },
  }
  return { do: 'call', call, carriesCard: carriesCard ?? false, state: { connector: connectorId, at, data } }
}

/** A DELETE has no body and no key: the second finds nothing, which is as good. */
export function remove(account: GatewayAccount, path: string, data: ConversationState['data']): CallMove {
  const call: GatewayCall = {
    ...head(account, 'forget'),
    method: 'DELETE',
    path,
    headers: authorisation(account),
  }
  return { do: 'call', call, carriesCard: false, state: { connector: connectorId, at: 'forget', data } }
}

export function get(
  account: GatewayAccount,
  at: At,
  path: string,
  data: ConversationState['data'],
): CallMove {
  const call: GatewayCall = { ...head(account, at), method: 'GET', path, headers: authorisation(account) }
  return { do: 'call', call, carriesCard: false, state: { connector: connectorId, at, data } }
}

const head = ({ origin, timeoutMs }: GatewayAccount, operation: At) => ({
  connector: connectorId,
  operation,
  origin,
  timeoutMs,
})

const authorisation = ({ apiKey }: GatewayAccount) => [
  { name: 'authorization', value: `Bearer ${apiKey}` },
  { name: 'accept', value: 'application/json' },
]

export const literal = (name: string, value: string | number | boolean): BodyField => ({
  path: [name],
  value,
})

/** Where the card goes: the positions that the vault's policy allows for `authorise`, and no other. */
export function cardFields({ withPostcode }: AuthoriseRequest): BodyField[] {
  const fields: BodyField[] = [
    { path: ['card', 'number'], value: { slot: 'pan' } },
    { path: ['card', 'expiryMonth'], value: { slot: 'expiryMonth' } },
    { path: ['card', 'expiryYear'], value: { slot: 'expiryYear' } },
    { path: ['card', 'csc'], value: { slot: 'csc' } },
  ]
  if (withPostcode) fields.push({ path: ['card', 'postcode'], value: { slot: 'postcode' } })
  return fields
}
