import { expect } from 'vitest'
import type { GatewayCall } from '../../src/contracts/gateway-call.ts'
import { everyCall } from '../connectors/support/every-call.ts'
import { otherCalls } from '../connectors/support/other-calls.ts'
import type { Check } from './check.ts'
import { fieldsOfCall, type WireFields } from './wire-fields.ts'

/** One thing that a call writes: a name of its query, or a field of its body. */
type Written = { readonly name: string; readonly value: unknown }

function writtenBy({ path, body }: GatewayCall): Written[] {
  const query = [...new URLSearchParams(path.split('?')[1] ?? '')]
  return [
    ...query.map(([name, value]) => ({ name: `?${name}`, value })),
    ...(body?.fields ?? []).map((field) => ({
      name: field.path.map((part) => (/^\d+$/.test(part) ? '#' : part)).join('.'),
      value: field.value,
    })),
  ]
}

function documented(wireFields: WireFields, { method, path }: GatewayCall) {
  const address = `${method} ${path.split('?')[0]}`
  const fits = (call: string) => call === address || patternOf(call).test(address)
  const found = wireFields.find(({ call }) => call === address) ?? wireFields.find(({ call }) => fits(call))
  if (!found) throw new Error(`${address} is documented nowhere`)
  return found
}

const patternOf = (call: string) =>
  new RegExp(`^${call.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll('{}', '[^/]+')}$`)

/** Of payments, and of everything beside them. */
const allCalls: (...pair: Parameters<Check['run']>) => GatewayCall[] = (connector, fixture) => [
  ...everyCall(connector, fixture).map(({ call }) => call),
  ...otherCalls(connector, fixture),
]

export const wireFieldChecks: readonly Check[] = [
  {
    name: 'writes the fields that the gateway documents for each request, its words in them, and no other',
    run(connector, fixture) {
      for (const call of allCalls(connector, fixture)) {
        const why = `${call.method} ${call.path}`
        const known = fieldsOfCall(documented(fixture.wireFields, call).fields)
        for (const { name, value } of writtenBy(call)) {
          const field = known.get(name)
          expect(field, `${why}: ${name}`).toBeDefined()
          if (field?.words) expect(field.words, `${why}: ${name}`).toContain(String(value))
        }
      }
    },
  },
  {
    name: 'writes each of the fields that are listed as compared',
    run(connector, fixture) {
      const written = new Map(fixture.wireFields.map(({ call }) => [call, new Set<string>()]))
      for (const call of allCalls(connector, fixture)) {
        const names = written.get(documented(fixture.wireFields, call).call)
        for (const { name } of writtenBy(call)) names?.add(name)
      }
      for (const { call, fields } of fixture.wireFields)
        expect([...written.get(call)!].sort(), call).toEqual([...fieldsOfCall(fields).keys()].sort())
    },
  },
]
