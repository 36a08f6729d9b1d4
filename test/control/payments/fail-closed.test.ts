import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.close())

const lineOpens = () =>
  until('the line is open again', async () => {
    await rig.clock.turn(100)
    return rig.bridge.masked.size === 0
  })

describe('the bridge dies', () => {
  it('while the card is keyed: the light goes out at once, the card is discarded, the payment is free', async () => {
    const { id, callId } = await rig.collecting()
    await rig.bridge.kill()
    const back = await rig.reaches(id, 'created')
    expect(back.collection).toMatchObject({ state: 'ended', secured: false, why: 'bridge-lost' })
    expect(rig.calls.get(callId)?.masked).toBe(false)
    await until('the card process is gone', () => rig.vault.held.size === 0)
    expect(rig.journal).not.toContain('unmask')
  })

  it('and comes back masked: the mask goes once the vault has said that it holds nothing', async () => {
    const { id } = await rig.collecting()
    await rig.bridge.kill()
    await rig.reaches(id, 'created')
    expect(rig.bridge.masked.size).toBe(1)
    await rig.bridge.start()
    await lineOpens()
  })

  it('after the card is complete: the authorisation goes on', async () => {
    const { id } = await rig.collecting({ confirm: 'manual' })
    rig.vault.keyCard()
    await rig.reaches(id, 'ready')
    await rig.bridge.kill()
    const dark = await rig.reaches(id, (now) => now.collection?.secured === false)
    expect(dark.status).toBe('ready')
    await rig.core.payments.confirm({ merchantId: 'mer_one', kind: 'agent', id: 'agt_1' }, id)
    await rig.reaches(id, 'captured')
    await rig.bridge.start()
    await lineOpens()
  })
})

describe('the vault dies', () => {
  it('while the card is keyed: the mask stays until a vault that holds nothing is there', async () => {
    const { id } = await rig.collecting()
    await rig.vault.kill()
    const back = await rig.reaches(id, 'created')
    expect(back.collection).toMatchObject({ state: 'ended', why: 'vault-lost' })
    await rig.clock.turn(5_000)
    expect(rig.bridge.masked.size).toBe(1)
    await rig.vault.start()
    await lineOpens()
  })

  it('while it sends: unknown, inquired, and never sent again', async () => {
    rig.vault.gateway = async (call) => {
      rig.gateway.approve(call)
      return new Promise(() => {})
    }
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await until('the gateway has it', () => rig.gateway.ledger.length === 1)
    await rig.vault.kill()
    await rig.reaches(id, 'unknown')
    await rig.settles(id, 'captured')
    expect(rig.vault.sent).toHaveLength(1)
  })
})

describe('digits get lost between bridge and vault', () => {
  it('ends the collection when the vault does not know why', async () => {
    const { id, callId } = await rig.collecting()
    const collectionId = rig.vault.onlyOne()
    rig.bridge.tell({ type: 'digits-lost', callId, collectionId })
    const ended = async () => {
      await rig.clock.turn(250)
      return (await rig.get(id)).status === 'created'
    }
    await until('the collection ended', ended)
    expect((await rig.get(id)).collection).toMatchObject({ why: 'digits-lost' })
    await lineOpens()
  })

  it('is no loss when the card was complete: the vault says so a moment later', async () => {
    const { id, callId } = await rig.collecting()
    const collectionId = rig.vault.onlyOne()
    rig.bridge.tell({ type: 'digits-lost', callId, collectionId })
    rig.vault.keyCard()
    await rig.reaches(id, 'captured')
  })
})

describe('masks that nobody remembers', () => {
  it('are left on while the vault still holds a card that is not ours', async () => {
    const { callId } = await rig.collecting()
    const stranger = rig.vault.onlyOne()
    const opener = rig.vault.held.get(stranger)
    await rig.crash()
    await until('the vault has discarded it', () => rig.vault.held.size === 0)
    // A vault that is slow to let go, after control came back.
    if (opener) rig.vault.held.set('col_00000000000000000000000000', opener)
    await rig.startCore()
    await rig.clock.turn(3_000)
    expect(rig.bridge.masked.has(callId)).toBe(true)
    rig.vault.held.clear()
    await lineOpens()
  })

  it('come back to life when a leg joins masked and nothing is being collected', async () => {
    const callId = rig.liveCall()
    rig.bridge.masked.set(callId, undefined)
    rig.bridge.tell({ type: 'leg-joined', callId, role: 'caller', streamSid: 'MZ1', masked: true })
    await lineOpens()
  })

  it('are retried while the bridge still hears a tone', async () => {
    rig.bridge.refused.set('unmask', 'TONE_HELD')
    const { id } = await rig.collecting()
    rig.vault.keyCard()
    await rig.reaches(id, 'captured')
    await rig.clock.turn(1_000)
    expect(rig.bridge.masked.size).toBe(1)
    expect((await rig.get(id)).collection).toMatchObject({ state: 'ended', secured: true })
    rig.bridge.refused.clear()
    await lineOpens()
    await rig.reaches(id, (now) => now.collection?.secured === false)
  })
})
