import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CallNotFound } from '../../../src/control/payments/payment-errors.ts'
import { findPayment } from '../../../src/control/payments/store.ts'
import { agent, CrmRig, merchantId, otherAgent } from '../../crm/crm-rig.ts'

const salesforce = {
  ...{ adapter: 'salesforce', grant: 'client-credentials' },
  settings: { host: 'example.my.salesforce.com' },
}
const xero = {
  ...{ adapter: 'xero', grant: 'client-credentials' },
  settings: { accountCode: '090', refundAccountCode: '200' },
}
const zendesk = { adapter: 'zendesk', grant: 'client-credentials', settings: { subdomain: 'example' } }

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

const connectionOf = async (input: object) => (await rig.connect(input)).id
const tasks = () => rig.crm.list('Task').map(({ fields }) => fields)
const callOf = async (id: string) => (await findPayment(rig.store.db, { merchantId, paymentId: id })).call_id
const say = (callId: string, metadata: Record<string, string | null>, actor = agent) =>
  rig.callRecords.edit(actor, callId, metadata)
const linkOf = async (id: string) => (await rig.records.ofPayment(agent, id))[0]

describe('a payment that names no record', () => {
  it('goes on the one that its call carries, and not on the one that has the caller’s number', async () => {
    const target = await connectionOf(salesforce)
    rig.crm.add('Contact', { Name: 'Ada', Phone: '+447700900123' })
    const issue = rig.crm.add('Case', { Subject: 'Order' })
    const callId = await rig.call({ crmRecord: `Case:${issue}` })
    const id = await rig.paid({}, { call_id: callId })
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhatId: issue }])
    expect(await linkOf(id)).toMatchObject({ state: 'linked', source: 'call', record_kind: 'Case' })
    const found = await rig.records.paymentsOf(agent, { record: `Case:${issue}` })
    expect(found.map((payment) => payment.id)).toEqual([id])
  })

  it('goes on the one that the call is given before the payment is taken', async () => {
    const target = await connectionOf(salesforce)
    const issue = rig.crm.add('Case', { Subject: 'Order' })
    const callId = await rig.call({})
    expect(await say(callId, { crmRecord: issue })).toMatchObject({ metadata: { crmRecord: issue } })
    await rig.paid({}, { call_id: callId })
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhatId: issue }])
  })

  it('is held when the call’s record is none that the system can have', async () => {
    const target = await connectionOf(salesforce)
    await rig.paid({}, { call_id: await rig.call({ crmRecord: 'Fridge:1' }) })
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['dead'])
  })
})

describe('a payment’s own record', () => {
  it('wins, and stays when the call is given another one', async () => {
    const target = await connectionOf(salesforce)
    const [own, calls] = ['Mine', 'The call’s'].map((Subject) => rig.crm.add('Case', { Subject }))
    const callId = await rig.call({ crmRecord: `Case:${calls}` })
    await rig.paid({ crmRecord: `Case:${own}` }, { call_id: callId })
    await rig.settled(target)
    await say(callId, { crmRecord: `Case:${rig.crm.add('Case', { Subject: 'A third' })}` })
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhatId: own }])
    expect(await rig.rows(target)).toHaveLength(1)
  })

  it('is its reference where the rule says so: an invoice number of the payment beats one of the call', async () => {
    const target = await connectionOf({ ...xero, rules: { metadataKey: 'invoice', orReference: true } })
    const [own, calls] = ['order-1001', 'INV-9'].map((number) => rig.books.addInvoice(number, 42.5))
    await rig.paid({}, { call_id: await rig.call({ invoice: 'INV-9' }) })
    await rig.settled(target)
    expect([own?.AmountDue, calls?.AmountDue]).toEqual([0, 42.5])
  })

  it('that a person named stays, whatever is said of the call later', async () => {
    const target = await connectionOf(salesforce)
    const [first, named, later] = ['1', '2', '3'].map((Subject) => rig.crm.add('Case', { Subject }))
    const callId = await rig.call({ crmRecord: `Case:${first}` })
    const id = await rig.paid({}, { call_id: callId })
    await rig.settled(target)
    await rig.records.correct(agent, { paymentId: id, connectionId: target, record: `Case:${named}` })
    await rig.settled(target)
    await say(callId, { crmRecord: `Case:${later}` })
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhatId: named }])
  })
})

describe('a call that is given another record', () => {
  it('takes along every payment that inherited the first, and writes what was held', async () => {
    const target = await connectionOf(salesforce)
    const [wrong, right] = ['Wrong', 'Right'].map((Subject) => rig.crm.add('Case', { Subject }))
    const callId = await rig.call({ crmRecord: `Case:${wrong}` })
    for (const reference of ['A', 'B']) await rig.paid({}, { call_id: callId, reference })
    const held = await rig.paid({})
    await rig.settled(target)
    expect(tasks().map(({ WhatId }) => WhatId)).toEqual([wrong, wrong])
    expect(await linkOf(held)).toMatchObject({ state: 'held', because: 'nobody-has-the-number' })
    await say(callId, { crmRecord: `Case:${right}` })
    await say(await callOf(held), { crmRecord: `Case:${right}` })
    await rig.settled(target)
    expect(tasks().map(({ WhatId }) => WhatId)).toEqual([right, right, right])
  })

  it('moves an invoice’s payment, and says it on a ticket that was the wrong one, each once', async () => {
    const books = await connectionOf({ ...xero, rules: { metadataKey: 'invoice' } })
    const tickets = await connectionOf(zendesk)
    const [wrong, right] = ['INV-1', 'INV-2'].map((number) => rig.books.addInvoice(number, 42.5))
    const [first = 0, second = 0] = [rig.zendesk.addTicket(), rig.zendesk.addTicket()]
    const callId = await rig.call({ invoice: 'INV-1', crmRecord: `ticket:${first}` })
    await rig.paid({}, { call_id: callId })
    for (const target of [books, tickets]) await rig.settled(target)
    expect(wrong?.AmountDue).toBe(0)
    await say(callId, { invoice: 'INV-2', crmRecord: `ticket:${second}` })
    for (const target of [books, tickets]) await rig.settled(target)
    expect([wrong?.AmountDue, right?.AmountDue]).toEqual([42.5, 0])
    expect(rig.zendesk.tickets.get(first)?.comments.at(-1)?.body).toContain(`belongs to ticket:${second}`)
    expect(rig.zendesk.tickets.get(second)?.comments).toHaveLength(1)
  })

  it('brings what was passed over for want of a record to it', async () => {
    const rules = { byPhone: false, none: 'skip' }
    const target = await connectionOf({ ...salesforce, rules })
    const issue = rig.crm.add('Case', { Subject: 'Order' })
    const callId = await rig.call({})
    await rig.paid({}, { call_id: callId })
    await rig.settled(target)
    expect(tasks()).toEqual([])
    await say(callId, { crmRecord: `Case:${issue}` })
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhatId: issue }])
  })

  it('writes nothing twice when it is said while the payment is on its way', async () => {
    const target = await connectionOf(zendesk)
    const ticket = rig.zendesk.addTicket()
    const callId = await rig.call({})
    const [id] = await Promise.all([
      rig.paid({}, { call_id: callId }),
      say(callId, { crmRecord: `ticket:${ticket}` }),
    ])
    await rig.settled(target)
    expect(rig.zendesk.tickets.get(ticket)?.comments).toHaveLength(1)
    expect(await linkOf(id)).toMatchObject({ state: 'linked', source: 'call' })
  })

  it('says so in the audit trail, with the keys and not with what was said', async () => {
    const callId = await rig.call({})
    await say(callId, { crmRecord: 'Case:500', 'order.no': '7' })
    const trail = await rig.store.db.selectFrom('audit').selectAll().orderBy('seq').execute()
    expect(trail.at(-1)).toMatchObject({ action: 'call.metadata-changed', actor_id: agent.id })
    expect(JSON.parse(trail.at(-1)?.facts ?? '')).toEqual({ callId, keys: 'crmRecord order.no' })
  })
})

describe('what is said of a call', () => {
  it('is refused when no connected system can have such a record, with the field, and nothing is kept', async () => {
    await connectionOf(salesforce)
    const callId = await rig.call({ crmRecord: 'Case:500', note: 'x' })
    await expect(say(callId, { crmRecord: 'Fridge:1' })).rejects.toMatchObject({
      ...{ code: 'RECORD_UNREADABLE', field: '/metadata/crmRecord' },
    })
    expect(await say(callId, { note: null, other: 'y' })).toMatchObject({
      metadata: { crmRecord: 'Case:500', other: 'y' },
    })
  })

  it('keeps both of two changes at once', async () => {
    const callId = await rig.call({})
    const keys = Array.from({ length: 8 }, (_, n) => `key${n}`)
    await Promise.all(keys.map((key) => say(callId, { [key]: key })))
    const { metadata } = await rig.calls.find(merchantId, callId)
    expect(Object.keys(metadata).sort()).toEqual(keys)
  })

  it('is nobody else’s: neither to be read nor to be changed by another merchant', async () => {
    const callId = await rig.call({ crmRecord: 'Case:500' })
    await expect(say(callId, { crmRecord: 'Case:501' }, otherAgent)).rejects.toThrow(CallNotFound)
    await expect(rig.callRecords.shown(otherAgent, callId)).rejects.toThrow(CallNotFound)
  })

  it('is shown by system, as far as that system asks calls', async () => {
    await connectionOf({ ...salesforce, name: 'CRM' })
    await connectionOf({ ...xero, rules: { metadataKey: 'invoice', orReference: true } })
    const callId = await rig.call({ crmRecord: 'Case:500' })
    expect(await rig.callRecords.shown(agent, callId)).toMatchObject([
      { connectionName: 'CRM', metadataKey: 'crmRecord', record: { kind: 'Case', id: '500' } },
    ])
  })
})
