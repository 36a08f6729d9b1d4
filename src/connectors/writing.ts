import type { BodyField, GatewayCall, Slot } from '../contracts/gateway-call.ts'
import type { CallMove, ConversationState, GatewayAccount } from './connector.ts'

type Hole = Extract<BodyField['value'], { slot: unknown }>
type Literal = Exclude<BodyField['value'], { slot: unknown }>

/** What a connector writes of a body: `undefined` is left out, lists and objects are spelled out by their places. */
export type Tree = {
  readonly [name: string]: Literal | undefined | Hole | Tree | readonly (Literal | Tree)[]
}

export const slot = (name: Slot): Hole => ({ slot: name })

/** A part of the expiry as a bare number. */
export const numberSlot = (name: 'expiryMonth' | 'expiryYear'): Hole => ({ slot: name, as: 'number' })

/** The fields of a body. A list's places are 0, 1, 2 …, which JSON writes as an array and a form as `[0]`. */
export function fieldsOf(tree: Tree, at: readonly string[] = []): BodyField[] {
  return Object.entries(tree).flatMap(([name, value]): BodyField[] => {
    const path = [...at, name]
    if (value === undefined) return []
    if (typeof value !== 'object' || value === null) return [{ path, value }]
    if (isHole(value)) return [{ path, value }]
    return fieldsOf(Array.isArray(value) ? Object.fromEntries(value.entries()) : (value as Tree), path)
  })
}

function isHole(value: object): value is Hole {
  return 'slot' in value && typeof value.slot === 'string'
}

export type Writing = {
  readonly connector: string
  /** Also the row of the policy, when the call carries a card. */
  readonly operation: string
  readonly account: GatewayAccount
  readonly method?: GatewayCall['method']
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly encoding?: 'json' | 'form'
  readonly body?: Tree
  readonly computedHeaders?: GatewayCall['computedHeaders']
  /** Which reply this is, to `next`; the operation's name unless said. */
  readonly at?: string
  readonly data: ConversationState['data']
} & Pick<CallMove, 'cardAgain' | 'checkpoint'>

/** A call, and where the conversation stands while it is out. It carries the card when it has a slot. */
export function write(writing: Writing): CallMove {
  const { connector, operation, body, at = operation, data, cardAgain, checkpoint } = writing
  const call = callOf(writing)
  const carriesCard =
    body !== undefined && call.body!.fields.some(({ value }) => typeof value === 'object' && value !== null)
  return {
    do: 'call',
    call,
    carriesCard,
    ...(cardAgain ? { cardAgain } : {}),
    ...(checkpoint ? { checkpoint } : {}),
    state: { connector, at, data },
  }
}

export function callOf(writing: Omit<Writing, 'data' | 'at'>): GatewayCall {
  const { connector, operation, account, path, headers, encoding = 'json', body, computedHeaders } = writing
  return {
    connector,
    operation,
    method: writing.method ?? (body ? 'POST' : 'GET'),
    origin: account.origin,
    path,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    ...(body ? { body: { encoding, fields: fieldsOf(body) } } : {}),
    ...(computedHeaders ? { computedHeaders } : {}),
    timeoutMs: account.timeoutMs,
  }
}

/** A setting of the account that the connector's facts declare. Throws when it is missing: nothing is sent then. */
export function setting(account: GatewayAccount, name: string): string {
  const value = account.settings?.[name]
  if (value === undefined) throw new Error('a setting of the gateway’s account is missing')
  return value
}
