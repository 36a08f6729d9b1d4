import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import * as qs from 'qs'
import { describe, expect, it } from 'vitest'
import { stripe } from '../../../src/connectors/stripe/stripe.ts'
import * as wire from '../../../src/connectors/stripe/wire.ts'
import { stripeFixture } from '../../conformance/stripe-fixture.ts'
import { everyCall } from '../support/every-call.ts'
import { hasSpec, readSpec } from '../support/specs.ts'

const descriptionName = 'stripe-spec3-2023-09-12.payments.json'
const samplesName = 'stripe-fixtures3-2026-08-21.json'

type Schema = { [name: string]: unknown }
type Operation = {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
type Description = { paths: Record<string, Record<string, Operation>> }

/** An unknown field inside an object is an error too: Stripe refuses it, though its description does not say so. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  return 'properties' in copy && !('additionalProperties' in copy)
    ? { ...copy, additionalProperties: false }
    : copy
}

/** Documented, but left out of the public description: https://docs.stripe.com/terminal/features/mail-telephone-orders */
function withMoto(schema: unknown): Schema {
  const text = JSON.stringify(schema)
  return JSON.parse(text, (_name, part: Schema) => {
    const properties = part?.properties as Schema | undefined
    const isCardOptions = properties && 'request_three_d_secure' in properties
    return isCardOptions ? { ...part, properties: { ...properties, moto: { type: 'boolean' } } } : part
  }) as Schema
}

const ajv = new Ajv({ strict: false, coerceTypes: true, allErrors: true })
formats.default(ajv)
// Stripe's name for seconds since 1970: an integer, which its type already says.
ajv.addFormat('unix-time', true)

function find(
  description: Description,
  path: string,
): readonly [template: string, pathItem: Description['paths'][string]] {
  const segments = path.split('/')
  const fits = (template: string) => {
    const parts = template.split('/')
    return (
      parts.length === segments.length &&
      parts.every((part, i) => part === segments[i] || part.startsWith('{'))
    )
  }
  const exact = Object.entries(description.paths).find(([template]) => template === path)
  const found = exact ?? Object.entries(description.paths).find(([template]) => fits(template))
  if (!found) throw new Error(`the description has no ${path}`)
  return found
}

function faults(validate: ValidateFunction, value: unknown): string[] {
  validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

const isThere = [hasSpec(descriptionName), hasSpec(samplesName)].every(Boolean)

describe.runIf(isThere)('every request to Stripe fits Stripe’s own description', () => {
  const description = isThere ? (readSpec(descriptionName) as Description) : { paths: {} }

  it.each(isThere ? everyCall(stripe, stripeFixture) : [])(
    '$why: $call.method $call.path',
    ({ call, body }) => {
      const [path = '', query = ''] = call.path.split('?')
      const operation = find(description, path)[1][call.method.toLowerCase()]
      if (!operation) throw new Error(`the description has no ${call.method} there`)
      const known = (operation.parameters ?? []).filter((one) => one.in === 'query')
      for (const name of Object.keys(qs.parse(query))) expect(known.map((one) => one.name)).toContain(name)
      if (!call.body) return
      const schema = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema
      expect(faults(ajv.compile(withMoto(closed(schema))), qs.parse(body, { depth: 8 }))).toEqual([])
    },
  )

  it('and one that does not would be seen', () => {
    const schema = find(description, '/v1/payment_methods')[1].post?.requestBody?.content[
      'application/x-www-form-urlencoded'
    ]
    const validate = ajv.compile(withMoto(closed(schema?.schema)))
    for (const body of [
      'type=card&card[pan]=1',
      'type=card&card[number]=1&card[exp_month]=x&card[exp_year]=2039',
      'amount=1',
    ])
      expect(faults(validate, qs.parse(body)), body).not.toEqual([])
  })
})

describe.runIf(isThere)('Stripe’s own sample resources', () => {
  const { resources } = (isThere ? readSpec(samplesName) : { resources: {} }) as {
    resources: Record<string, object>
  }

  it.each([
    ['payment_intent', wire.PaymentIntent, { last_payment_error: null }],
    ['payment_method', wire.PaymentMethod, {}],
    ['customer', wire.Customer, {}],
    ['setup_intent', wire.SetupIntent, { last_setup_error: null }],
    ['refund', wire.Refund, {}],
  ] as const)('of kind %s can be read', (name, schema, changes) => {
    expect(schema.safeParse({ ...resources[name], ...changes }).error).toBeUndefined()
  })

  it('of settlement can be read', () => {
    const page = { object: 'list', has_more: false, data: [resources.balance_transaction] }
    const body = JSON.stringify(page)
    const reading = stripe.settlement!.read({ kind: 'answered', status: 200, headers: {}, body })
    expect(reading).toMatchObject({
      ok: true,
      lines: [{ kind: 'payment', grossMinor: 100, currency: 'USD' }],
    })
  })
})
