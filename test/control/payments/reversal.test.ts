import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Outcome } from '../../../src/connectors/outcome.ts'
import { connectors } from '../../../src/connectors/registry.ts'
import type { ReverseRequest } from '../../../src/connectors/requests.ts'
import { sandboxWebhooks } from '../../conformance/sandbox-webhooks.ts'
import { Rig } from './rig.ts'
import { until } from './until.ts'

let rig: Rig
const asked: ReverseRequest[] = []
let answers: Outcome[]
const reverseAfterMs = 60_000

/** A gateway that cannot be asked after what was lost, but can be told to take it back. */
beforeEach(async () => {
  rig = await Rig.start({ webhookSecrets: [sandboxWebhooks.secret] })
  asked.length = 0
  rig.gateway.inquiryStatus = 503
  rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
  const { connector, account } = rig.core.gateways.of('sandbox')
  const reverse = (request: ReverseRequest) => {
    asked.push(request)
    const outcome = answers.shift() ?? ({ kind: 'unknown', because: 'no answer' } as const)
    return { do: 'end', outcome } as const
  }
  const taking = { ...connector, reverse, facts: { ...connector.facts, reverseAfterMs } }
  vi.spyOn(rig.core.gateways, 'of').mockReturnValue({ connector: taking, account })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

async function lost(): Promise<string> {
  const { id } = await rig.collecting()
  rig.vault.keyCard()
  await rig.reaches(id, 'unknown')
  return id
}

describe('an attempt that stays unknown', () => {
  it('is taken back after a while: then nothing was charged, and the caller may try again', async () => {
    answers = [{ kind: 'done', gatewayRef: 'rev_1' }]
    const sentAt = rig.clock.now()
    const declined = await rig.settles(await lost(), 'declined', 2_000)
    expect(rig.clock.now() - sentAt).toBeGreaterThanOrEqual(reverseAfterMs)
    expect(declined.decline).toMatchObject({ gatewayCode: 'reversed', retry: 'same-card' })
    expect(asked).toMatchObject([{ money: { amountMinor: 1_050, currency: 'GBP' } }])
    expect(asked[0]?.idempotencyKey).toBe(`reverse-${asked[0]?.ourReference}`)
  })

  it('stays unknown while the reversal’s own answer is lost, and is reversed again with the same key', async () => {
    answers = [
      { kind: 'unknown', because: 'timeout' },
      { kind: 'declined', reason: 'gateway-error', gatewayCode: 'no', retry: 'never' },
      { kind: 'done', gatewayRef: 'rev_1' },
    ]
    const id = await lost()
    await rig.settles(id, 'declined', 5_000)
    expect(asked).toHaveLength(3)
    expect(new Set(asked.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  it('is not called free of charge when the reversal was merely received', async () => {
    answers = Array.from({ length: 3 }, () => ({ kind: 'done', gatewayRef: 'rev_1', later: true }) as const)
    const id = await lost()
    await until('it was reversed twice', async () => {
      await rig.clock.turn(5_000)
      return asked.length >= 2
    })
    expect(await rig.get(id)).toMatchObject({ status: 'unknown' })
  })
})

describe('a reversal that was merely received', () => {
  it.each(['voided', 'refunded'] as const)(
    'has taken the payment back once the gateway says %s',
    async (what) => {
      answers = Array.from({ length: 9 }, () => ({ kind: 'done', gatewayRef: 'rev_1', later: true }) as const)
      const id = await lost()
      await until('it was reversed', async () => {
        await rig.clock.turn(5_000)
        return asked.length >= 1
      })
      const ourReference = asked[0]?.ourReference ?? ''
      const money = { amountMinor: 1_050, currency: 'GBP' }
      const told = { id: 'evt_1', what, gatewayRef: 'auth_1', ourReference, money }
      const [delivered] = sandboxWebhooks.deliver([told], sandboxWebhooks.secret)
      expect(await rig.core.gatewayEvents.receive('sandbox', delivered!)).toMatchObject({ kind: 'kept' })
      const declined = await rig.settles(id, 'declined', 500)
      expect(declined.decline).toMatchObject({ gatewayCode: 'reversed', retry: 'same-card' })
    },
  )
})

describe('the connectors', () => {
  it('that can take back say after how long, and no other does', () => {
    for (const { id, reverse, facts } of connectors)
      expect([id, facts.reverseAfterMs !== undefined]).toEqual([id, reverse !== undefined])
    expect(connectors.filter(({ reverse }) => reverse).map(({ id }) => id)).toEqual(['adyen', 'cybersource'])
  })
})
