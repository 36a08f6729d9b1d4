import type { GatewayCall } from '../contracts/gateway-call.ts'
import { adyenPolicy } from './policies/adyen.ts'
import { checkoutComPolicy } from './policies/checkout-com.ts'
import { cybersourcePolicy } from './policies/cybersource.ts'
import { payConnectorPolicy } from './policies/pay-connector.ts'
import type { Places, Row, Rows } from './policies/row.ts'
import { sandboxPolicy } from './policies/sandbox.ts'
import { stripePolicy } from './policies/stripe.ts'
import { worldpayPolicy } from './policies/worldpay.ts'

/**
 * What the card process may send, per connector and operation. Code, not configuration: neither control nor an
 * operator can move the card number into a description, or to another host. The origin is the vault's configuration.
 */
const policies: ReadonlyMap<string, Rows> = new Map([
  ['adyen', adyenPolicy],
  ['checkout-com', checkoutComPolicy],
  ['cybersource', cybersourcePolicy],
  ['pay-connector', payConnectorPolicy],
  ['sandbox', sandboxPolicy],
  ['stripe', stripePolicy],
  ['worldpay', worldpayPolicy],
])

/** Headers that frame the message or choose its route: the card process writes them itself. */
const ownHeaders: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'proxy-authorization',
  'proxy-connection',
  'accept-encoding',
  'range',
])

/** What a collection was opened for. */
export type Destination = { readonly connector: string; readonly origin: string }

/** True when there is a policy for the connector at all. */
export function hasPolicy(connector: string): boolean {
  return policies.has(connector)
}

/**
 * Whether a call may be filled and sent. Asked twice, by the pool before it dials and by the card process before it
 * fills in a digit, so that neither has to trust the other or control.
 */
export function allows(destination: Destination, call: GatewayCall): boolean {
  if (call.connector !== destination.connector || call.origin !== destination.origin) return false
  const row = policies.get(call.connector)?.get(call.operation)
  if (!row || !call.body) return false
  return (
    call.method === row.method &&
    row.path.test(call.path) &&
    call.body.encoding === row.encoding &&
    call.headers.every(allowsHeader) &&
    allowsComputed(call, row) &&
    allowsBody(call.body.fields, row.places)
  )
}

const headerName = /^[A-Za-z0-9-]{1,64}$/
const headerValue = /^[\x20-\x7e]{0,4096}$/

function allowsHeader({ name, value }: { name: string; value: string }): boolean {
  return headerName.test(name) && headerValue.test(value) && !ownHeaders.has(name.toLowerCase())
}

/** A computed header is one that the row names, once, and that no literal says too. */
function allowsComputed({ headers, computedHeaders = [] }: GatewayCall, row: Row): boolean {
  const literal = headers.map(({ name }) => name.toLowerCase())
  const computed = computedHeaders.map(({ name }) => name.toLowerCase())
  return (
    computed.every((name) => row.computedHeaders?.includes(name) && !literal.includes(name)) &&
    new Set(computed).size === computed.length &&
    computedHeaders.every(({ name }) => allowsHeader({ name, value: '' }))
  )
}

type Fields = NonNullable<GatewayCall['body']>['fields']

/** No dots: `card.number` as one name is not the place that the policy means. */
const segment = /^[A-Za-z0-9_-]{1,64}$/

/** Every slot in its own place, no slot twice, and no path that stands on or inside another one. */
function allowsBody(fields: Fields, places: Places): boolean {
  const taken: string[] = []
  for (const { path, value } of fields) {
    if (!path.every((part) => segment.test(part))) return false
    const joined = path.join('.')
    if (taken.some((other) => collide(other, joined))) return false
    taken.push(joined)
    if (typeof value === 'object' && value !== null && places[value.slot] !== joined) return false
  }
  return true
}

function collide(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}
