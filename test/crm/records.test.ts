import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, CrmRig, merchantId, otherAgent } from './crm-rig.ts'

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

const tasks = () => rig.crm.list('Task').map(({ fields }) => fields)
const connectionOf = async (input: object) => (await rig.connect(input)).id
const name = (paymentId: string, connectionId: string, record: string) =>
  rig.records.correct(agent, { paymentId, connectionId, record })

describe('the record of a payment that names none', () => {
  it('is the one whose number the caller has, however the number was typed there', async () => {
    const target = await connectionOf(salesforce)
    rig.crm.add('Contact', { Name: 'Somebody else', Phone: '07700 900999' })
    const ada = rig.crm.add('Contact', { Name: 'Ada', MobilePhone: '07700 900123' })
    const id = await rig.paid({})
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhoId: ada }])
    expect(await rig.records.ofPayment(agent, id)).toMatchObject([{ state: 'linked', source: 'phone' }])
  })

  it('is named by a person when several have the number; what waited is then written', async () => {
    const target = await connectionOf(salesforce)
    const [ada = ''] = ['Ada', 'Grace'].map((Name) =>
      rig.crm.add('Contact', { Name, Phone: '+447700900123' }),
    )
    const id = await rig.paid({})
    await rig.settled(target)
    const [link] = await rig.records.ofPayment(agent, id)
    expect(link).toMatchObject({ state: 'held', because: 'several-have-the-number' })
    expect(link?.candidates.map(({ label }) => label)).toEqual(['Ada', 'Grace'])
    expect(tasks()).toEqual([])
    await name(id, target, ada)
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered'])
    expect(tasks()).toMatchObject([{ WhoId: ada }])
  })

  it('is the newest of several, or none at all, where the merchant’s rules say so', async () => {
    const newest = await connectionOf({ ...salesforce, rules: { many: 'newest' } })
    const skip = await connectionOf({ ...zendesk, rules: { byPhone: false, none: 'skip' } })
    for (const Name of ['Ada', 'Grace']) rig.crm.add('Contact', { Name, Phone: '+447700900123' })
    await rig.paid({})
    await rig.settled(newest)
    await rig.settled(skip)
    expect(tasks()).toHaveLength(1)
    expect(await rig.states(skip)).toEqual(['delivered'])
    expect(rig.zendesk.tickets.size).toBe(0)
  })
})

describe('a correction', () => {
  it('moves a Task from the contact to the case', async () => {
    const target = await connectionOf(salesforce)
    const contact = rig.crm.add('Contact', { Name: 'Ada' })
    const issue = rig.crm.add('Case', { Subject: 'Order' })
    const id = await rig.paid({ crmRecord: contact })
    await rig.settled(target)
    await name(id, target, issue)
    await rig.settled(target)
    expect(tasks()).toMatchObject([{ WhoId: null, WhatId: issue }])
  })

  it('takes the payment off the wrong invoice, and puts it on the right one', async () => {
    const target = await connectionOf(xero)
    const [wrong, right] = ['INV-1', 'INV-2'].map((number) => rig.books.addInvoice(number, 42.5))
    const id = await rig.paid({ crmRecord: 'INV-1' })
    await rig.settled(target)
    expect(wrong?.AmountDue).toBe(0)
    await name(id, target, 'INV-2')
    await rig.settled(target)
    expect([wrong?.AmountDue, right?.AmountDue]).toEqual([42.5, 0])
    expect(rig.books.payments.filter(({ Status }) => Status === 'AUTHORISED')).toHaveLength(1)
  })

  it('says on the wrong ticket that it was a mistake, and writes on the right one', async () => {
    const target = await connectionOf(zendesk)
    const [wrong = 0, right = 0] = [rig.zendesk.addTicket(), rig.zendesk.addTicket()]
    const id = await rig.paid({ crmRecord: String(wrong) })
    await rig.settled(target)
    await name(id, target, `ticket:${right}`)
    await rig.settled(target)
    expect(rig.zendesk.tickets.get(wrong)?.comments.at(-1)?.body).toContain(`belongs to ticket:${right}`)
    expect(rig.zendesk.tickets.get(right)?.comments).toHaveLength(1)
    for (const ticket of rig.zendesk.tickets.values())
      for (const comment of ticket.comments) expect(comment.public).toBe(false)
  })

  it('is not for another merchant’s payment, nor for a kind that the system does not have', async () => {
    const target = await connectionOf(salesforce)
    const id = await rig.paid({ crmRecord: rig.crm.add('Contact', { Name: 'Ada' }) })
    const theirs = rig.records.correct(otherAgent, {
      paymentId: id,
      connectionId: target,
      record: 'Case:500',
    })
    await expect(theirs).rejects.toMatchObject({ code: 'CONNECTION_NOT_FOUND' })
    await expect(name(id, target, 'Fridge:1')).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' })
  })
})

describe('from their side', () => {
  it('a record’s payments are found, and the one that can be is refunded or voided', async () => {
    const target = await connectionOf(salesforce)
    const record = rig.crm.add('Contact', { Name: 'Ada' })
    const id = await rig.paid({ crmRecord: record })
    await rig.settled(target)
    const found = await rig.records.paymentsOf(agent, { record: `Contact:${record}` })
    expect(found.map((payment) => payment.id)).toEqual([id])
    expect(await rig.records.paymentsOf(otherAgent, { record: `Contact:${record}` })).toEqual([])
    await rig.records.order(agent, { record: `Contact:${record}`, kind: 'refund', amountMinor: 500 })
    expect(rig.ordered).toEqual([{ paymentId: id, kind: 'refund', amountMinor: 500 }])
  })

  it('money is not given back by guessing between two', async () => {
    const target = await connectionOf(salesforce)
    const record = `Contact:${rig.crm.add('Contact', { Name: 'Ada' })}`
    const [first] = [await rig.paid({ crmRecord: record }), await rig.paid({ crmRecord: record })]
    await rig.settled(target)
    const guess = rig.records.order(agent, { record, kind: 'refund' })
    await expect(guess).rejects.toMatchObject({ code: 'RECORD_PAYMENT_AMBIGUOUS' })
    await rig.records.order(agent, { record, kind: 'refund', paymentId: first })
    expect(rig.ordered).toEqual([{ paymentId: first, kind: 'refund' }])
    const none = rig.records.order(agent, { record: 'Contact:003', kind: 'void' })
    await expect(none).rejects.toMatchObject({ code: 'RECORD_HAS_NO_PAYMENT' })
  })
})

describe('an old event that is replayed', () => {
  it('does not write over what is newer', async () => {
    const target = await connectionOf(salesforce)
    const id = await rig.paid({ crmRecord: rig.crm.add('Contact', { Name: 'Ada' }) })
    await rig.refunded(id, 1_000)
    await rig.settled(target)
    const [sale] = await rig.rows(target)
    const again = { state: 'waiting' as const, next_at: 0 }
    await rig.store.db
      .updateTable('outbox')
      .set(again)
      .where('event_id', '=', sale?.event_id ?? '')
      .execute()
    rig.relay.wake(merchantId)
    await rig.settled(target)
    expect(tasks()).toHaveLength(1)
    expect(String(tasks()[0]?.Subject)).toContain('refunded')
  })
})

describe('a ticket that others write to at the same time', () => {
  it('loses nothing of theirs, and gets our comment once', async () => {
    const target = await connectionOf(zendesk)
    const ticket = rig.zendesk.addTicket()
    let busy = 2
    rig.zendesk.onRead = (read) => {
      if (busy-- > 0) rig.zendesk.write(read, 'somebody else writes', true)
    }
    await rig.paid({ crmRecord: String(ticket) })
    await rig.settled(target)
    const comments = rig.zendesk.tickets.get(ticket)?.comments ?? []
    expect(comments.filter(({ body }) => body.includes('[tonewall '))).toHaveLength(1)
    expect(comments).toHaveLength(3)
  })
})

describe('Salesforce by JWT bearer', () => {
  it('is let in with an assertion of the right user, for three minutes, and no secret', async () => {
    const settings = { ...salesforce.settings, username: 'integration@example.com' }
    const jwt = { ...salesforce, grant: 'jwt-bearer', clientSecret: rig.privateKey }
    expect(await rig.connect({ ...jwt, settings })).toMatchObject({ state: 'connected' })
    expect(rig.crm.tokens.given).toEqual(['assertion'])
    const stranger = { ...salesforce.settings, username: 'stranger@example.com' }
    const refused = rig.connect({ ...jwt, settings: stranger })
    await expect(refused).rejects.toMatchObject({ code: 'CONNECTION_REFUSED' })
  })
})

describe('a merchant’s own system', () => {
  it('gets what the templates say, under the event’s id, once', async () => {
    const body = '{"amount": {{amount}}, "note": "{{title}} \\"{{metadata.note}}\\"", "card": "{{last4}}"}'
    const settings = { origin: 'https://own.example', path: '/own/{{record}}/payments', body }
    const target = await connectionOf({
      ...{ adapter: 'generic', grant: 'fixed-token', clientSecret: rig.own.token, settings },
    })
    rig.faults.order('no-answer', { on: '/own/' })
    await rig.paid({ crmRecord: 'R 1', note: 'says "hello"' })
    await rig.settled(target)
    expect([...rig.own.entries.values()]).toEqual([
      { record: 'R 1', amount: 42.5, note: 'Card payment taken "says "hello""', card: '4242' },
    ])
    rig.own.missing.add('R 2')
    await rig.paid({ crmRecord: 'R 2', note: '' })
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered', 'dead'])
  })
})
