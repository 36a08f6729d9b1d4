import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequestCounter } from '../../../src/sandbox/office/request-counter.ts'
import { counters } from '../../crm/counters.ts'
import { CrmRig, merchantId, otherAgent, otherMerchantId } from '../../crm/crm-rig.ts'

/** A system, and so many payments at once that their requests do not fit into one span of its limit. */
type Limited = {
  readonly connection: object
  readonly payments: number
  readonly spanMs: number
  record(rig: CrmRig): string
  /** Of a smaller plan, where the connection's settings name one. */
  counter?(): RequestCounter
  standIn(rig: CrmRig): { counter: RequestCounter }
  written(rig: CrmRig): number
}

const systems: Readonly<Record<string, Limited>> = {
  'HubSpot’s hundred requests in ten seconds': {
    connection: { adapter: 'hubspot', grant: 'authorisation-code', settings: { portalId: '1234' } },
    ...{ payments: 36, spanMs: 10_000 },
    record: (rig) => `contacts:${rig.hubspot.addContact({ firstname: 'Ada' })}`,
    standIn: (rig) => rig.hubspot,
    written: (rig) => rig.hubspot.payments.length,
  },
  'Zendesk’s requests in a minute, thirty of them': {
    connection: {
      adapter: 'zendesk',
      grant: 'client-credentials',
      settings: { subdomain: 'example', requestsPerMinute: 30 },
    },
    ...{ payments: 12, spanMs: 60_000 },
    record: (rig) => `ticket:${rig.zendesk.addTicket()}`,
    counter: () => counters.zendesk(30),
    standIn: (rig) => rig.zendesk,
    written: (rig) =>
      [...rig.zendesk.tickets.values()].filter(({ comments }) => comments.length === 1).length,
  },
  'the twenty requests in a minute of a merchant’s own system': {
    connection: {
      ...{ adapter: 'generic', grant: 'client-credentials' },
      settings: {
        origin: 'https://own.example',
        path: '/own/{{record}}/payments',
        body: '{"payment": "{{paymentId}}"}',
        requestsPerMinute: 20,
      },
    },
    ...{ payments: 24, spanMs: 60_000 },
    record: () => 'R 1',
    counter: () => counters.own(20),
    standIn: (rig) => rig.own,
    written: (rig) => rig.own.entries.size,
  },
}

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

describe.each(Object.entries(systems))('%s', (_, system) => {
  it('are kept, whichever merchants of ours share the account: none is ever refused, and all are written', async () => {
    const standIn = system.standIn(rig)
    standIn.counter = system.counter?.() ?? standIn.counter
    const mine = await rig.connect(system.connection)
    const theirs = await rig.connect(system.connection, otherAgent)
    const beganMs = rig.clock.now()
    for (let n = 0; n < system.payments; n++)
      await rig.paid(
        { crmRecord: system.record(rig) },
        { merchant_id: n % 2 === 0 ? merchantId : otherMerchantId },
      )
    for (const { id } of [mine, theirs]) await rig.settled(id)
    expect(standIn.counter.refused).toBe(0)
    expect(system.written(rig)).toBe(system.payments)
    expect(rig.clock.now() - beganMs).toBeGreaterThanOrEqual(system.spanMs)
  })
})

describe('Salesforce’s daily allowance', () => {
  it('is the org’s: when its other apps have used it up, what comes waits until the next day', async () => {
    const settings = { host: 'example.my.salesforce.com' }
    const { id: target } = await rig.connect({
      ...{ adapter: 'salesforce', grant: 'client-credentials', settings },
    })
    const record = rig.crm.add('Contact', { Name: 'Ada' })
    const paid = () => rig.paid({ crmRecord: record })
    await paid()
    await rig.settled(target)
    rig.crm.counter.takenByOthers(15_000 - 3, rig.clock.now())
    // Its answer says that one more is left.
    await paid()
    await rig.settled(target)
    const beganMs = rig.clock.now()
    for (let n = 0; n < 3; n++) await paid()
    await rig.settled(target)
    expect(rig.crm.list('Task')).toHaveLength(5)
    expect(rig.crm.counter.refused).toBe(0)
    expect(rig.clock.now() - beganMs).toBeGreaterThanOrEqual(12 * 3_600_000)
  })
})
