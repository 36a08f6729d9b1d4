import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import * as qs from 'qs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { adyen } from '../../../src/connectors/adyen/adyen.ts'
import type { GatewayAccount, Move, PayLinkMaker } from '../../../src/connectors/connector.ts'
import { stripe } from '../../../src/connectors/stripe/stripe.ts'
import type { GatewayCall } from '../../../src/contracts/gateway-call.ts'
import { writeBody } from '../../../src/control/clients/gateway-body.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { stripeFixture } from '../../conformance/stripe-fixture.ts'
import { hasSpec, readSpec, specPath } from '../support/specs.ts'
import { inquiry, linkRequest } from './examples.ts'

type Schema = { [name: string]: unknown }
type Described = {
  requestBody?: { content: Record<string, { schema: Schema }> }
  parameters?: { name: string; in: string }[]
}
type PathItem = Record<string, Described>

const ajv = new Ajv({ strict: false, coerceTypes: true, allErrors: true })
formats.default(ajv)
for (const name of ['unix-time', 'int32', 'int64', 'decimal']) ajv.addFormat(name, true)

function callsOf(links: PayLinkMaker, account: GatewayAccount): GatewayCall[] {
  const { description: _, locale: __, ...bare } = linkRequest
  const closing = links.expire?.({ ...inquiry, idempotencyKey: 'k' }, account)
  const moves: Move[] = [
    links.create(linkRequest, account),
    links.create({ ...bare, capture: false }, account),
    ...(links.createEmbedded ? [links.createEmbedded(linkRequest, account)] : []),
    links.inquire(inquiry, account),
    links.inquire({ ...inquiry, linkRef: 'pi_1' }, account),
    ...(closing ? [closing] : []),
  ]
  return moves.flatMap((move) => (move.do === 'call' ? [move.call] : []))
}

/** Unknown fields are errors too, although descriptions rarely say so. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  return 'properties' in copy && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy
}

function faults(schema: Schema, value: unknown): string[] {
  const validate = ajv.compile(schema)
  validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** One path of a large YAML file, without reading the rest of it. */
function pathOf(text: string, path: string): PathItem {
  const begin = Math.max(text.indexOf(`\n  ${path}:\n`), text.indexOf(`\n  '${path}':\n`))
  const next = /\n {2}'?\/v1\//.exec(text.slice(begin + 3))
  const part = text.slice(begin, begin + 3 + (next?.index ?? 0))
  return Object.values((parse(part) ?? {}) as Record<string, PathItem>)[0] ?? {}
}

const stripeName = 'stripe-spec3-2023-09-12.yaml'
const hasStripe = hasSpec(stripeName)
describe.runIf(hasStripe)('every pay-link request to Stripe fits Stripe’s own description', () => {
  // The block is read where its tests are skipped, too.
  const text = hasStripe ? readFileSync(specPath(stripeName), 'utf8') : ''
  const items: Readonly<Record<string, PathItem>> = {
    '/v1/checkout/sessions': pathOf(text, '/v1/checkout/sessions'),
    '/v1/payment_intents': pathOf(text, '/v1/payment_intents'),
    '/v1/payment_intents/pi_1': pathOf(text, '/v1/payment_intents/{intent}'),
    '/v1/checkout/sessions/cs_test_a1': pathOf(text, '/v1/checkout/sessions/{session}'),
    '/v1/checkout/sessions/cs_test_a1/expire': pathOf(text, '/v1/checkout/sessions/{session}/expire'),
  }

  const account = { ...stripeFixture.account, settings: { publishableKey: 'pk_test_for_tests_only' } }

  it.each(callsOf(stripe.payLinks!, account))('$method $path', (call) => {
    const described = items[call.path]?.[call.method.toLowerCase()]
    expect(described).toBeDefined()
    if (!call.body) return
    const schema = described?.requestBody?.content['application/x-www-form-urlencoded']?.schema
    const body = qs.parse(writeBody(call)?.text ?? '', { depth: 8 })
    expect(faults(closed(schema) as Schema, body)).toEqual([])
  })

  it('and one that does not would be seen', () => {
    const post = items['/v1/checkout/sessions']?.post?.requestBody?.content
    const schema = closed(post?.['application/x-www-form-urlencoded']?.schema) as Schema
    expect(faults(schema, { mode: 'payments', success_url: 'x', line_item: [] })).not.toEqual([])
  })
})

const adyenName = 'adyen-CheckoutService-v72.json'
const hasAdyen = hasSpec(adyenName)
describe.runIf(hasAdyen)('every pay-link request to Adyen fits Adyen’s own description', () => {
  const whole = (hasAdyen ? readSpec(adyenName) : {}) as {
    paths: Record<string, PathItem>
    components: Schema
  }
  const schemaOf = (name: string): Schema => {
    const shared = closed({ components: whole.components }) as { components: Schema }
    const text = JSON.stringify({ $ref: `#/components/schemas/${name}`, ...shared })
    return JSON.parse(text) as Schema
  }
  const names: Readonly<Record<string, string>> = {
    POST: 'PaymentLinkRequest',
    PATCH: 'UpdatePaymentLinkRequest',
  }

  it.each(callsOf(adyen.payLinks!, adyenFixture.account))('$method $path', (call) => {
    const template = call.path.replace(/^\/v72/, '').replace(/cs_test_a1|pi_1/, '{linkId}')
    expect(whole.paths[template]?.[call.method.toLowerCase()], template).toBeDefined()
    if (!call.body) return
    const name = names[call.method] ?? ''
    const body: Schema = JSON.parse(writeBody(call)?.text ?? '{}') as Schema
    // The account's name goes with every POST of Adyen's, and is part of the request only where it is described.
    expect(faults(schemaOf(name), body)).toEqual([])
  })
})
