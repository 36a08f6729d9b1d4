import { describe, expect, it } from 'vitest'
import { connectors } from '../../../src/connectors/registry.ts'
import { fingerprintOfAccount, keyIsKnownAt, placeOf } from '../../../src/control/payments/key-place.ts'

const account = {
  origin: 'https://gateway.example',
  apiKey: 'key-1',
  settings: { merchantAccount: 'ShopOne', entity: 'main' },
}
const sentTo = fingerprintOfAccount(account)

describe('the account that something was sent to', () => {
  it('is the same as long as origin, key and settings are, in whatever order they are written', () => {
    const settings = { entity: 'main', merchantAccount: 'ShopOne' }
    expect(placeOf(sentTo, { ...account, settings })).toBe('same-account')
  })

  it('is another one of the same credentials when a setting has changed', () => {
    const settings = { ...account.settings, merchantAccount: 'ShopTwo' }
    expect(placeOf(sentTo, { ...account, settings })).toBe('same-credentials')
  })

  it('is elsewhere when the key or the origin has changed: whose account that is cannot be told', () => {
    expect(placeOf(sentTo, { ...account, apiKey: 'key-2' })).toBe('elsewhere')
    expect(placeOf(sentTo, { ...account, origin: 'https://other.example' })).toBe('elsewhere')
  })

  it('is taken as the configured one in rows from before it was kept', () => {
    expect(placeOf(null, account)).toBe('same-account')
  })

  it('is kept as a fingerprint that holds nothing of the key', () => {
    expect(sentTo).toMatch(/^[0-9a-f]{16}\.[0-9a-f]{16}$/)
  })
})

describe('a key of a connector that says nothing sure of its keys', () => {
  it('is known nowhere', () => {
    const unsure = connectors.filter(({ facts }) => facts.scope === 'undocumented' || facts.scope === 'none')
    expect(unsure.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['checkout-com', 'cybersource', 'worldpay', 'pay-connector']),
    )
    for (const { facts } of unsure) expect(keyIsKnownAt('same-account', facts.scope)).toBe(false)
  })
})
