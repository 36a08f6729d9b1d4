import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

describe('control dies', () => {
  it('while the gateway has the card: the next process asks, and finds the approval', async () => {
    rig.vault.gateway = (call) => {
      rig.gateway.approve(call)
      return new Promise(() => {})
    }
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await until('the gateway has it', () => rig.gateway.ledger.length === 1)
    await rig.crash()
    await rig.startCore()
    expect(await rig.get(id)).toMatchObject({ status: 'unknown', collection: null, attempts: 1 })
    await rig.settles(id, 'captured')
    expect(rig.gateway.ledger).toHaveLength(1)
    expect(rig.vault.sent).toHaveLength(1)
  })

  it('after the attempt was written and before anything was sent: nothing was taken', async () => {
    rig.vault.refused.set('send', 'COLLECTION_UNKNOWN')
    const { id } = await rig.collecting()
    rig.vault.gateway = () => new Promise(() => {})
    rig.vault.refused.clear()
    rig.vault.keyCard()
    await until('the card is being sent', () => rig.vault.sent.length === 1)
    await rig.crash()
    await rig.startCore()
    await rig.settles(id, 'declined')
    expect(rig.gateway.ledger).toHaveLength(0)
  })

  it('while the card is keyed: the payment is created again, and the mask comes off', async () => {
    const { id } = await rig.collecting()
    await rig.crash()
    await rig.startCore()
    expect(await rig.get(id)).toMatchObject({ status: 'created', collection: null })
    await until('the line is open again', async () => {
      await rig.clock.turn(100)
      return rig.bridge.masked.size === 0
    })
  })

  it('in the middle of its inquiries: they go on, and an absence that was seen before still counts', async () => {
    rig.vault.gateway = () => ({ kind: 'no-answer', because: 'reset' })
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await rig.reaches(id, 'unknown')
    await until('asked twice', async () => {
      await rig.clock.turn(500)
      return rig.gateway.inquiries >= 2
    })
    await rig.crash()
    await rig.startCore()
    await rig.settles(id, 'declined')
  })
})

describe('control stops', () => {
  it('by ending collections and finishing what is being authorised', async () => {
    const collecting = await rig.collecting()
    let answer: () => void = () => {}
    rig.vault.gateway = (call) =>
      new Promise((resolve) => {
        answer = () => resolve(rig.gateway.approve(call))
      })
    rig.vault.keyCard()
    await until('the card is being sent', () => rig.vault.sent.length === 1)
    const stopped = rig.core.stop(60_000)
    answer()
    await stopped
    expect(await rig.get(collecting.id)).toMatchObject({ status: 'captured' })
  })
})
