import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

describe('a payment on a live call', () => {
  it('goes from the amount to the money: masked first, vault second, digits third, unmasked last', async () => {
    const { id } = await rig.collecting()
    expect(rig.journal).toEqual(['mask', 'open-collection', 'route-digits'])
    rig.vault.keyCard()
    const paid = await rig.reaches(id, 'captured')
    expect(paid).toMatchObject({
      brand: 'visa',
      last4: '4242',
      authCode: 'A1B2C3',
      attempts: 1,
      decline: null,
    })
    await until('the line is open again', () => rig.bridge.masked.size === 0)
    expect(rig.journal).toEqual([
      'mask',
      'open-collection',
      'route-digits',
      'stop-digits',
      'send',
      'stop-digits',
      'discard',
      'unmask',
    ])
    expect(rig.vault.held.size).toBe(0)
    expect(rig.gateway.ledger).toMatchObject([{ amount: 1_050, currency: 'GBP', outcome: 'approved' }])
  })
})
