import { expect, it } from 'vitest'
import type { Connector } from '../../src/connectors/connector.ts'
import { sandbox } from '../../src/connectors/sandbox/sandbox.ts'
import { brokenPromises, type Call, withCall, withFields, writing } from './mistaken.ts'

const mistakes: readonly (readonly [mistake: string, connector: Connector, promise: string])[] = [
  [
    'writes a field that the gateway does not know',
    writing((move) =>
      withFields(move, (field) =>
        field.path[0] === 'description' ? { ...field, path: ['remarks'] } : field,
      ),
    ),
    'writes the fields that the gateway documents',
  ],
  [
    'writes a word that the gateway does not know',
    {
      ...sandbox,
      authoriseStored: (request, account) =>
        withFields(sandbox.authoriseStored!(request, account) as Call, (field) =>
          field.path[0] === 'initiator' ? { ...field, value: 'shop' } : field,
        ),
    },
    'writes the fields that the gateway documents',
  ],
  [
    'leaves out a field that is listed as compared',
    writing((move) =>
      withCall(move, {
        body: {
          encoding: 'json',
          fields: move.call.body!.fields.filter(({ path }) => path[1] !== 'postcode'),
        },
      }),
    ),
    'writes each of the fields',
  ],
]

it.each(mistakes)('the conformance suite catches a connector that %s', (_mistake, connector, promise) => {
  expect(brokenPromises(connector)).toContainEqual(expect.stringContaining(promise))
})
