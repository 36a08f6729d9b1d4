import { describe, expect, it } from 'vitest'
import { declineCatalogue } from '../../src/connectors/declines.ts'
import { ConnectorUnknown, connectorOf, connectors } from '../../src/connectors/registry.ts'
import { DeclineReason } from '../../src/contracts/payment-events.ts'

describe('the registry', () => {
  it('finds a connector by its id', () => {
    expect(connectorOf('sandbox').id).toBe('sandbox')
  })

  it('says with a stable code that it has no such connector', () => {
    expect(() => connectorOf('toString')).toThrow(ConnectorUnknown)
    expect(new ConnectorUnknown()).toMatchObject({ code: 'CONNECTOR_UNKNOWN', remedy: 'fix-request' })
  })

  it('has no id twice', () => {
    expect(new Set(connectors.map(({ id }) => id)).size).toBe(connectors.length)
  })
})

describe('the catalogue of declines', () => {
  it('has one sentence for the agent for every reason', () => {
    for (const reason of DeclineReason.options) expect(declineCatalogue[reason].advice).toMatch(/^[A-Z].+\.$/)
  })

  it('never sends an agent back to a card that the bank wants kept away', () => {
    expect(declineCatalogue['stolen-or-lost'].retry).toBe('never')
    expect(declineCatalogue['fraud-suspected'].retry).toBe('never')
  })
})
