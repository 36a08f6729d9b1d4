import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Metrics } from '../../../src/control/metrics/metrics.ts'
import { storedNumbers } from '../../../src/control/metrics/numbers.ts'
import { platformStatus } from '../../../src/control/watch/platform-status.ts'
import { agent, merchantId, otherMerchantId, Rig } from '../payments/rig.ts'
import { until } from '../payments/until.ts'

let rig: Rig
let metrics: Metrics
beforeEach(async () => {
  metrics = new Metrics(async () => ({
    gateways: rig.core.watch.health(),
    collections: rig.core.collections.live,
    maskedCalls: rig.core.collections.maskedCalls,
    vaultUp: true,
    bridgeUp: true,
    stored: await storedNumbers(rig.store.db),
    now: rig.clock.now(),
  }))
  rig = await Rig.start({ meter: metrics })
})
afterEach(() => rig.close())

async function keyed(): Promise<string> {
  const { id, collection } = await rig.collecting()
  rig.vault.keyCard(collection?.id)
  return id
}

const line = async (start: string) =>
  (await metrics.text())
    .split('\n')
    .find((text) => text.startsWith(start))
    ?.split(' ')
    .at(-1)

/** Until the gateway, which cannot be reached, has been tried so often that its breaker opens. */
async function failUntilOpen(): Promise<void> {
  rig.vault.gateway = () => ({ kind: 'not-sent', because: 'refused' })
  for (let i = 0; i < 2; i++) await rig.settles(await keyed(), 'declined', 250)
  expect(rig.core.watch.health()).toMatchObject([{ breaker: 'open', failures: 5 }])
}

describe('a gateway that cannot be reached', () => {
  it('is asked for no more cards: the refusal says when to try again, and the caller is asked for nothing', async () => {
    await failUntilOpen()
    const payment = await rig.created()
    const refused = rig.core.payments.arm(agent, payment.id)
    await expect(refused).rejects.toMatchObject({ code: 'GATEWAY_AWAY', remedy: 'retry' })
    await expect(refused).rejects.toHaveProperty('retryAfterMs', expect.any(Number))
    expect(await rig.get(payment.id)).toMatchObject({ status: 'created', collection: null })
    expect(await line('tonewall_gateway_breaker{gateway="sandbox",state="open"}')).toBe('1')
  })

  it('gets one card to see, after a quarter of a minute, and is itself again when that is answered', async () => {
    await failUntilOpen()
    await rig.clock.turn(15_000)
    rig.vault.gateway = (call) => rig.gateway.approve(call)
    const probe = await rig.collecting()
    const another = await rig.created()
    await expect(rig.core.payments.arm(agent, another.id)).rejects.toMatchObject({ code: 'GATEWAY_AWAY' })
    rig.vault.keyCard()
    await rig.settles(probe.id, 'captured', 250)
    await rig.core.payments.arm(agent, another.id)
    expect(rig.core.watch.health()).toMatchObject([{ breaker: 'closed', retryAfterMs: null }])
  })

  it('does not get the card that was keyed meanwhile: certainly nothing is charged', async () => {
    const late = await rig.collecting()
    await failUntilOpen()
    const sent = rig.vault.sent.length
    rig.vault.keyCard(late.collection?.id)
    const declined = await rig.settles(late.id, 'declined', 50)
    expect(declined.decline).toMatchObject({ gatewayCode: 'not-sent:gateway-away', retry: 'same-card' })
    expect(rig.vault.sent).toHaveLength(sent)
  })

  it('is still asked after what is unknown, and the first answer to that closes the breaker', async () => {
    rig.gateway.inquiryStatus = 503
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    const id = await keyed()
    await rig.reaches(id, 'unknown')
    await until('the breaker is open', async () => {
      await rig.clock.turn(1_000)
      return rig.core.watch.health()[0]?.breaker !== 'closed'
    })
    rig.gateway.inquiryStatus = 200
    await rig.settles(id, 'captured', 2_000)
    expect(rig.core.watch.health()).toMatchObject([{ breaker: 'closed' }])
  })
})

describe('the numbers', () => {
  it('tell calls, outcomes, times and repetitions of each gateway and operation', async () => {
    let refusals = 1
    rig.vault.gateway = (call) =>
      refusals-- > 0 ? { kind: 'not-sent', because: 'refused' } : rig.gateway.approve(call)
    await rig.settles(await keyed(), 'captured', 250)
    const labels = 'gateway="sandbox",operation="authorise"'
    expect(await line(`tonewall_gateway_calls_total{${labels},result="not-sent:refused"}`)).toBe('1')
    expect(await line(`tonewall_gateway_calls_total{${labels},result="2xx"}`)).toBe('1')
    expect(await line(`tonewall_gateway_call_seconds_count{${labels}}`)).toBe('2')
    expect(await line(`tonewall_gateway_repeats_total{${labels}}`)).toBe('1')
    expect(await line(`tonewall_gateway_outcomes_total{${labels},outcome="approved"}`)).toBe('1')
    expect(await line('tonewall_collections_total{state="ended"}')).toBe('1')
    expect(await line('process_resident_memory_bytes')).toMatch(/^\d+$/)
  })

  it('tell how many outcomes are unknown and for how long, and whose they are', async () => {
    rig.gateway.inquiryStatus = 503
    rig.vault.gateway = (call) => rig.gateway.approveAndReset(call)
    await rig.reaches(await keyed(), 'unknown')
    await rig.clock.turn(90_000)
    expect(await line('tonewall_gateway_unknown{gateway="sandbox"}')).toBe('1')
    expect(Number(await line('tonewall_gateway_oldest_unknown_seconds{gateway="sandbox"}'))).toBeCloseTo(90)
    const status = (merchant: string) =>
      platformStatus(
        { ...rig, gateways: rig.core.gateways, watch: rig.core.watch, ...rig.links },
        { merchantId: merchant, kind: 'api-key', id: 'key' },
      )
    expect((await status(merchantId)).gateways).toMatchObject([{ unknown: { count: 1 } }])
    expect((await status(otherMerchantId)).gateways).toMatchObject([
      { unknown: { count: 0, oldestAt: null } },
    ])
  })

  it('hold nothing that a caller keyed or a payment is called', async () => {
    const payment = await rig.collecting({ reference: 'ORDER-NOT-IN-METRICS' })
    rig.vault.keyCard()
    await rig.settles(payment.id, 'captured', 250)
    const text = (await metrics.text())
      .split('\n')
      .filter((one) => one.startsWith('tonewall_'))
      .join('\n')
    expect(text).not.toContain('ORDER-NOT-IN-METRICS')
    expect(text).not.toContain(payment.id)
    expect(text).not.toMatch(/\d{12,19}(?![\d.])/)
  })
})
