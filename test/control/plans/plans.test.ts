import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, merchantId } from '../payments/rig.ts'
import { customer, days, PlanRig } from './plan-rig.ts'

let world: PlanRig
beforeEach(async () => {
  world = await PlanRig.start()
})
afterEach(() => world.close())

const charged = () => world.gateway.lines().filter(({ outcome }) => outcome === 'approved')

describe('a renewal', () => {
  it('charges the kept card at its time, as the merchant’s, with the first payment’s network reference', async () => {
    const storedCardId = await world.keptCard()
    const { id } = await world.plan({ storedCardId })
    await world.pass(days(31 + 28))
    const plan = await world.get(id)
    expect(plan.runs.map(({ state }) => state)).toEqual(['paid', 'paid'])
    expect(plan.runs.map(({ dueAt }) => new Date(dueAt).toISOString())).toEqual([
      '2026-01-31T09:00:00.000Z',
      '2026-02-28T09:00:00.000Z',
    ])
    expect(charged()).toMatchObject([
      { initiator: 'merchant', firstNetworkRef: 'netfirst', amount: 999, captured: true },
      { initiator: 'merchant', firstNetworkRef: 'netfirst', amount: 999, captured: true },
    ])
    const payment = await world.rig.get(plan.runs[0]?.paymentId ?? '')
    expect(payment).toMatchObject({ status: 'captured', customer, storedCardId, moto: null })
  })

  it('needs a card that may be charged without its holder', async () => {
    const storedCardId = await world.keptCard('2099-12', 'customer')
    await expect(world.plan({ storedCardId })).rejects.toMatchObject({ code: 'STORED_CARD_USE_REFUSED' })
    await expect(world.plan({ storedCardId: 'card_none' })).rejects.toMatchObject({
      code: 'STORED_CARD_NOT_FOUND',
    })
  })
})

describe('dunning', () => {
  it('tries a declined card again after as many days as it says, and then stops until it is told', async () => {
    const { id } = await world.plan({ storedCardId: await world.keptCard() })
    world.gateway.fault = () => 'declined'
    await world.pass(days(16))
    expect(world.gateway.lines()).toHaveLength(1)
    await world.pass(days(12))
    expect(world.gateway.lines()).toHaveLength(4)
    const stopped = await world.get(id)
    expect(stopped).toMatchObject({ status: 'stopped', because: 'declined', nextDueAt: null })
    await world.pass(days(60))
    expect(world.gateway.lines()).toHaveLength(4)
    world.gateway.fault = () => 'none'
    await world.rig.core.plans.cancel(agent, id)
    expect((await world.get(id)).status).toBe('cancelled')
  })

  it('begins anew when a stopped plan is resumed with the same card, and never charges its run twice', async () => {
    const { id } = await stoppedPlan()
    await world.rig.core.plans.resume(agent, id)
    await world.pass(days(1))
    expect(world.gateway.lines()).toHaveLength(5)
    expect((await world.get(id)).status).toBe('active')
    await world.pass(days(12))
    expect(world.gateway.lines()).toHaveLength(8)
    expect(await world.get(id)).toMatchObject({ status: 'stopped', because: 'declined' })
    world.gateway.fault = () => 'none'
    await world.rig.core.plans.resume(agent, id)
    await world.pass(days(1))
    expect((await world.get(id)).runs).toMatchObject([{ number: 1, state: 'paid' }])
    expect(charged()).toHaveLength(1)
  })

  it('begins anew when a plan is resumed whose last try was declined in the pause: it does not stop once more for that', async () => {
    const { id } = await pausedAtLastTry({ afterwards: 'stop' })
    world.gateway.fault = () => 'none'
    await world.rig.core.plans.resume(agent, id)
    await world.pass(days(1))
    expect(await world.get(id)).toMatchObject({ status: 'active', runs: [{ number: 1, state: 'paid' }] })
    expect(charged()).toHaveLength(1)
    expect(await world.told()).not.toContain('plan.stopped')
  })

  it('has its end all the same when its last try was declined in a pause and it skips the run', async () => {
    const { id } = await pausedAtLastTry({ afterwards: 'skip' })
    world.gateway.fault = () => 'none'
    await world.rig.core.plans.resume(agent, id)
    await world.pass(days(1))
    expect(await world.get(id)).toMatchObject({ status: 'active', runs: [{ number: 1, state: 'failed' }] })
    expect(charged()).toEqual([])
  })

  it('is not resumed from a pause with a card that the bank refused for good in it', async () => {
    const stolen = await world.keptCard('2099-12', 'merchant', '4000000000009979')
    const { id } = await world.plan({ storedCardId: stolen })
    await pauseDuringTry(id, 1)
    await expect(world.rig.core.plans.resume(agent, id)).rejects.toMatchObject({ code: 'PLAN_STATE_REFUSED' })
    await world.rig.core.plans.change(agent, id, { storedCardId: await world.keptCard('2098-01') })
    await world.rig.core.plans.resume(agent, id)
    await world.pass(days(1))
    expect((await world.get(id)).runs).toMatchObject([{ state: 'paid' }])
  })

  it('begins anew with another card, at once and on the same payment, and moves what fell due meanwhile', async () => {
    const { id } = await stoppedPlan()
    const [declined] = (await world.get(id)).runs
    await world.pass(days(80))
    const storedCardId = await world.keptCard('2098-01')
    world.gateway.fault = () => 'lost-after'
    await world.rig.core.plans.change(agent, id, { storedCardId })
    await world.pass(days(1))
    const { runs, status, nextDueAt } = await world.get(id)
    expect({ status, runs }).toMatchObject({ status: 'active', runs: [{ state: 'paid' }] })
    expect(runs[0]?.paymentId).toBe(declined?.paymentId)
    expect(new Date(nextDueAt ?? 0).toISOString()).toBe('2026-05-31T08:00:00.000Z')
    expect(charged()).toHaveLength(1)
  })

  it('does not keep another card waiting for the day of the next try', async () => {
    const { id } = await world.plan({ storedCardId: await world.keptCard() })
    world.gateway.fault = () => 'declined'
    await world.pass(days(17.5))
    expect(world.gateway.lines()).toHaveLength(2)
    await world.rig.core.plans.change(agent, id, { storedCardId: await world.keptCard('2098-01') })
    await world.pass(days(0.25))
    expect(world.gateway.lines()).toHaveLength(3)
    await world.pass(days(12))
    expect(world.gateway.lines()).toHaveLength(6)
    expect((await world.get(id)).status).toBe('stopped')
  })

  it('does not begin anew with a card that the bank refuses for good', async () => {
    const stolen = await world.keptCard('2099-12', 'merchant', '4000000000009979')
    const { id } = await world.plan({ storedCardId: stolen })
    await world.pass(days(17))
    expect(world.gateway.lines()).toHaveLength(1)
    const refused = { code: 'PLAN_STATE_REFUSED' }
    await expect(world.rig.core.plans.resume(agent, id)).rejects.toMatchObject(refused)
    const change = { storedCardId: stolen }
    await expect(world.rig.core.plans.change(agent, id, change)).rejects.toMatchObject(refused)
    await world.rig.core.plans.change(agent, id, { storedCardId: await world.keptCard('2098-01') })
    await world.pass(days(1))
    expect((await world.get(id)).runs).toMatchObject([{ state: 'paid' }])
  })

  it('goes on with the next run where it says so', async () => {
    const dunning = { retryAfterDays: [], afterwards: 'skip' }
    const { id } = await world.plan({ storedCardId: await world.keptCard(), dunning })
    let charges = 0
    world.gateway.fault = () => (++charges === 1 ? 'declined' : 'none')
    await world.pass(days(31 + 28))
    expect((await world.get(id)).runs.map(({ state }) => state)).toEqual(['failed', 'paid'])
  })
})

/** Its first run was declined as often as dunning tries: 31 January, then after 1, 3 and 5 days. */
async function stoppedPlan() {
  const plan = await world.plan({ storedCardId: await world.keptCard() })
  world.gateway.fault = () => 'declined'
  await world.pass(days(28))
  expect(world.gateway.lines()).toHaveLength(4)
  expect((await world.get(plan.id)).status).toBe('stopped')
  return plan
}

/** The last of its four tries was declined while somebody paused the plan: its outcome came after the order. */
async function pausedAtLastTry(dunning: object) {
  const plan = await world.plan({ storedCardId: await world.keptCard(), dunning })
  world.gateway.fault = () => 'declined'
  await pauseDuringTry(plan.id, 4)
  return plan
}

/** The plan is paused between the `number`th charge and the news of its outcome. */
async function pauseDuringTry(planId: string, number: number): Promise<void> {
  const { gateway, rig } = world
  // The runner may write the plan at the same moment: whoever orders asks again, as with any conflict.
  const pause = (left = 20): Promise<unknown> =>
    rig.core.plans.pause(agent, planId).catch((error) => (left > 0 ? pause(left - 1) : Promise.reject(error)))
  gateway.meanwhile = async () => {
    if (gateway.lines().length === number) await pause()
  }
  await world.pass(days(28))
  gateway.meanwhile = async () => {}
  expect(gateway.lines()).toHaveLength(number)
  expect(await world.get(planId)).toMatchObject({ status: 'paused', because: null })
}

describe('a card that ends', () => {
  it('is told of thirty days before, once, and never sent after its last month', async () => {
    const storedCardId = await world.keptCard('2026-03')
    const { id } = await world.plan({ storedCardId })
    await world.pass(days(120))
    const plan = await world.get(id)
    expect(plan).toMatchObject({ status: 'stopped', because: 'card-expired' })
    expect(plan.runs.map(({ state }) => state)).toEqual(['paid', 'paid', 'paid', 'open'])
    expect(charged()).toHaveLength(3)
    const another = await world.keptCard('2031-01')
    await world.rig.core.plans.change(agent, id, { storedCardId: another })
    await world.pass(days(1))
    expect((await world.get(id)).runs.at(-1)?.state).toBe('paid')
  })

  it('that is forgotten stops the plan', async () => {
    const storedCardId = await world.keptCard()
    const { id } = await world.plan({ storedCardId })
    await world.rig.core.storedCards.forget(agent, storedCardId)
    await world.pass(days(20))
    expect(await world.get(id)).toMatchObject({ status: 'stopped', because: 'card-forgotten' })
    expect(charged()).toEqual([])
  })
})

describe('pause, change, cancel', () => {
  it('moves what is left after a pause: nothing that fell due in it is charged', async () => {
    const { id } = await world.plan({ storedCardId: await world.keptCard() })
    await world.pass(days(20))
    await world.rig.core.plans.pause(agent, id)
    await world.pass(days(100))
    expect(charged()).toHaveLength(1)
    const resumed = await world.rig.core.plans.resume(agent, id)
    expect(new Date(resumed.nextDueAt ?? 0).toISOString()).toBe('2026-05-31T08:00:00.000Z')
    await world.pass(days(20))
    expect(charged()).toHaveLength(2)
  })

  it('changes amount and schedule from the next run on', async () => {
    const { id } = await world.plan({ storedCardId: await world.keptCard() })
    await world.pass(days(20))
    const schedule = {
      every: 'week',
      interval: 1,
      firstDate: '2026-03-02',
      time: '10:00',
      zone: 'Europe/London',
    } as const
    await world.rig.core.plans.change(agent, id, { amountMinor: 1_500, schedule })
    await world.pass(days(35))
    expect(charged().map(({ amount }) => amount)).toEqual([999, 1_500, 1_500])
  })

  it('is over for good once it is cancelled', async () => {
    const { id } = await world.plan({ storedCardId: await world.keptCard() })
    await world.rig.core.plans.cancel(agent, id)
    await world.pass(days(60))
    expect(charged()).toEqual([])
    await expect(world.rig.core.plans.resume(agent, id)).rejects.toMatchObject({ code: 'PLAN_STATE_REFUSED' })
  })
})

describe('instalments', () => {
  it('come to the whole amount, and end', async () => {
    const { id } = await world.plan({
      ...{ kind: 'instalments', amountMinor: 10_000, count: 3, storedCardId: await world.keptCard() },
    })
    await world.pass(days(120))
    expect(charged().map(({ amount }) => amount)).toEqual([3_334, 3_333, 3_333])
    expect((await world.get(id)).status).toBe('completed')
  })
})

describe('a deposit now and the balance later', () => {
  it('waits for the deposit’s approval, and takes the balance from its card at its date', async () => {
    const deposit = await world.rig.created({ customer, keepCard: { use: 'merchant', consent: 'spoken' } })
    const balance = await world.plan({
      ...{ kind: 'balance', amountMinor: 40_000, firstPaymentId: deposit.id },
      schedule: { every: 'day', firstDate: '2026-03-01', zone: 'Europe/London' },
    })
    expect(balance.status).toBe('waiting')
    world.rig.vault.gateway = (call) => approvedAndKept(call, world.gateway.token())
    await world.rig.core.payments.arm(agent, deposit.id)
    await world.rig.reaches(deposit.id, (now) => now.collection?.state === 'collecting')
    world.rig.vault.keyCard()
    await world.rig.reaches(deposit.id, 'captured')
    await world.pass(days(50))
    const paid = await world.get(balance.id)
    expect(paid).toMatchObject({ status: 'completed', runs: [{ state: 'paid', amountMinor: 40_000 }] })
  })

  it('begins although control crashes between the deposit’s commit and the news of it, once', async () => {
    const deposit = await world.rig.created({ customer, keepCard: { use: 'merchant', consent: 'spoken' } })
    const balance = await world.plan({
      ...{ kind: 'balance', amountMinor: 40_000, firstPaymentId: deposit.id },
      schedule: { every: 'day', firstDate: '2026-03-01', zone: 'Europe/London' },
    })
    const crashed = crashOnNewsOf(deposit.id)
    world.rig.vault.gateway = (call) => approvedAndKept(call, world.gateway.token())
    await world.rig.core.payments.arm(agent, deposit.id)
    await world.rig.reaches(deposit.id, (now) => now.collection?.state === 'collecting')
    world.rig.vault.keyCard()
    await crashed
    await world.rig.startCore()
    await world.rig.reaches(deposit.id, 'captured')
    await world.rig.core.idle()
    expect((await world.get(balance.id)).status).toBe('active')
    await world.rig.crash()
    await world.rig.startCore()
    await world.pass(days(50))
    expect(await world.get(balance.id)).toMatchObject({ status: 'completed', runs: [{ state: 'paid' }] })
    expect((await world.told()).filter((action) => action === 'plan.begun')).toHaveLength(1)
    expect(charged()).toHaveLength(1)
  })

  it('is looked at within the hour when the news of the deposit is lost without a crash', async () => {
    const deposit = await world.rig.created({ customer, keepCard: { use: 'merchant', consent: 'spoken' } })
    const balance = await world.plan({ kind: 'balance', amountMinor: 40_000, firstPaymentId: deposit.id })
    world.rig.core.plans.onPayment = () => {}
    await world.rig.core.payments.cancel(agent, deposit.id)
    await world.pass(60_000)
    expect((await world.get(balance.id)).status).toBe('waiting')
    await world.pass(3_600_000)
    expect((await world.get(balance.id)).status).toBe('cancelled')
  })

  it('ends with a deposit that was given up before the plan was made', async () => {
    const deposit = await world.rig.created({ customer, keepCard: { use: 'merchant', consent: 'spoken' } })
    await world.rig.core.payments.cancel(agent, deposit.id)
    const balance = await world.plan({ kind: 'balance', amountMinor: 40_000, firstPaymentId: deposit.id })
    await world.rig.core.idle()
    expect(await world.get(balance.id)).toMatchObject({
      status: 'cancelled',
      because: 'first-payment-cancelled',
    })
  })

  it('ends with a deposit that is given up', async () => {
    const deposit = await world.rig.created({ customer, keepCard: { use: 'merchant', consent: 'spoken' } })
    const balance = await world.plan({ kind: 'balance', amountMinor: 40_000, firstPaymentId: deposit.id })
    await world.rig.core.payments.cancel(agent, deposit.id)
    await world.pass(1_000, 100)
    expect(await world.get(balance.id)).toMatchObject({
      status: 'cancelled',
      because: 'first-payment-cancelled',
    })
  })
})

it('no plan of another merchant is found', async () => {
  const { id } = await world.plan({ storedCardId: await world.keptCard() })
  const other = { merchantId: `${merchantId}x`, kind: 'agent', id: 'a' } as const
  await expect(world.rig.core.plans.get(other, id)).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' })
})

/** Control ends when the payment's approval is committed, before anybody has heard of it. */
function crashOnNewsOf(paymentId: string): Promise<void> {
  const { plans } = world.rig.core
  return new Promise((resolve, reject) => {
    plans.onPayment = ({ id, status }) => {
      if (id === paymentId && status === 'captured') world.rig.crash().then(resolve, reject)
    }
  })
}

function approvedAndKept(call: Parameters<PlanRig['rig']['vault']['gateway']>[0], token: string) {
  const literal = (name: string) => call.body?.fields.find((field) => field.path.join('.') === name)?.value
  const body = {
    ...{ id: 'auth_deposit', outcome: 'approved', status: 'captured', captured: true, authCode: '1' },
    ...{ amount: literal('amount'), currency: literal('currency'), ourReference: literal('ourReference') },
    ...{ token, networkRef: 'netdeposit' },
  }
  return { kind: 'answered', status: 201, headers: {}, body: JSON.stringify(body) } as const
}
