import { describe, expect, it } from 'vitest'
import { connectorOf, connectors } from '../../src/connectors/registry.ts'
import { checks } from './checks.ts'
import { fixtures } from './fixtures.ts'

it('every connector of the registry has a fixture, and no fixture is left over', () => {
  expect(Object.keys(fixtures).sort()).toEqual(connectors.map(({ id }) => id).sort())
})

describe.each(connectors.map(({ id }) => id))('the connector %s', (id) => {
  const fixture = fixtures[id]
  it.each(checks)('$name', ({ run }) => {
    if (!fixture) throw new Error('no fixture')
    run(connectorOf(id), fixture)
  })
})
