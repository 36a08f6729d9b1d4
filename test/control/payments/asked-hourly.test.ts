import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connector } from '../../../src/connectors/connector.ts'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import { Gateways } from '../../../src/control/payments/gateways.ts'
import { agent, Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
let answers: Outcome[]
let asked: string[]
const hourMs = 3_600_000
const received = { kind: 'done', gatewayRef: 'ref_1', later: true } as const

/** A gateway that receives refunds, tells nothing by webhook, and can be asked. */
beforeEach(async () => {
  rig = await Rig.start()
  answers = []
  asked = []
  play()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

function play(): void {
  const { connector, account } = rig.core.gateways.of('sandbox')
  const { webhooks: _, ...silent } = connector
  const mute: Connector = {
    ...silent,
    refund: () => ({ do: 'end', outcome: received }),
    inquireFollowUp: ({ followUpRef }) => {
      asked.push(followUpRef ?? 'none')
      return { do: 'end', outcome: answers.shift() ?? received }
    },
  }
  // Of every process's gateways, the next one's too.
  vi.spyOn(Gateways.prototype, 'of').mockReturnValue({ connector: mute, account })
}

async function refunded(): Promise<string> {
  const { id } = await rig.collecting()
  rig.vault.keyCard()
  await rig.reaches(id, 'captured')
  const refund = await rig.core.operations.order(agent, { paymentId: id, kind: 'refund' })
  expect(refund.state).toBe('pending')
  return id
}
const stateOf = async (id: string) => (await rig.core.operations.list(agent, id)).at(-1)?.state

describe('a refund that was received by a gateway without webhooks', () => {
  it('is asked after every hour by its own reference, until it is done', async () => {
    answers = [received, { kind: 'unknown', because: 'timeout' }, { kind: 'done', gatewayRef: 'ref_1' }]
    const id = await refunded()
    await rig.clock.turn(hourMs - 1)
    expect(asked).toEqual([])
    await until('the refund is done', async () => {
      await rig.clock.turn(hourMs / 4)
      return (await stateOf(id)) === 'done'
    })
    expect(asked).toEqual(['ref_1', 'ref_1', 'ref_1'])
    expect(await rig.get(id)).toMatchObject({ status: 'refunded', refundedMinor: 1_050 })
  })

  it('gives its amount free when it failed after all', async () => {
    answers = [{ kind: 'declined', reason: 'not-permitted', gatewayCode: '233', retry: 'never' }]
    const id = await refunded()
    await until('the refund has failed', async () => {
      await rig.clock.turn(hourMs / 4)
      return (await stateOf(id)) === 'failed'
    })
    expect(await rig.get(id)).toMatchObject({ status: 'captured', refundedMinor: 0 })
  })

  it('is taken up again by the next process', async () => {
    answers = [{ kind: 'done', gatewayRef: 'ref_1' }]
    const id = await refunded()
    await rig.crash()
    await rig.startCore()
    await until('the refund is done', async () => {
      await rig.clock.turn(hourMs / 4)
      return (await stateOf(id)) === 'done'
    })
  })
})
