import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, CrmRig } from '../../crm/crm-rig.ts'

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

const connectionOf = async (input: object) => (await rig.connect(input)).id
const name = (paymentId: string, connectionId: string, record: string) =>
  rig.records.correct(agent, { paymentId, connectionId, record })

describe('Salesforce, on an object of the merchant’s own', () => {
  const own = {
    ...{ adapter: 'salesforce', grant: 'client-credentials' },
    settings: {
      ...{ host: 'example.my.salesforce.com', object: 'Tonewall_Payment__c' },
      externalIdField: 'Payment_Id__c',
    },
    mapping: [
      { field: 'Amount__c', template: '{{amount}}', as: 'number' },
      { field: 'Refunded__c', template: '{{refunded}}', as: 'number' },
      { field: 'Card__c', template: '{{brand}} {{last4}}', as: 'text' },
    ],
  }
  const payments = () => rig.crm.list('Tonewall_Payment__c').map(({ fields }) => fields)

  it.each(['Contact', 'Case', 'Opportunity'])(
    'has one record for each payment, on its %s, which a refund writes over',
    async (kind) => {
      const target = await connectionOf(own)
      const record = rig.crm.add(kind, { Name: 'Theirs' })
      const id = await rig.paid({ crmRecord: record })
      await rig.refunded(id, 1_000)
      await rig.settled(target)
      expect(payments()).toEqual([
        {
          ...{ Amount__c: 42.5, Refunded__c: 10, Card__c: 'visa 4242' },
          ...{ [`${kind}__c`]: record, Payment_Id__c: id },
        },
      ])
    },
  )

  it('points to the right record, and no longer to the wrong one, when an agent corrects it', async () => {
    const target = await connectionOf(own)
    const [wrong, right] = [rig.crm.add('Case', {}), rig.crm.add('Contact', {})]
    const id = await rig.paid({ crmRecord: wrong })
    await rig.settled(target)
    await name(id, target, `Contact:${right}`)
    await rig.settled(target)
    expect(payments()).toMatchObject([{ Case__c: null, Contact__c: right }])
  })

  it('is given up, with the reason, for a kind of record that the object has no look-up field for', async () => {
    const target = await connectionOf(own)
    await rig.paid({ crmRecord: `Lead:${rig.crm.add('Lead', {})}` })
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['dead'])
    const [line] = await rig.store.db.selectFrom('webhook_deliveries').selectAll().execute()
    expect(line?.outcome).toBe('settings: lookupFields: no field for a Lead')
  })
})

describe('HubSpot, as notes', () => {
  const notes = {
    ...{ adapter: 'hubspot', grant: 'authorisation-code', settings: { portalId: '1234', object: 'notes' } },
    mapping: [
      { field: 'hs_timestamp', template: '{{time}}' },
      { field: 'hs_note_body', template: '{{title}}: {{amountText}}, {{reference}}' },
    ],
  }

  it('has one note on the contact, by the unique property, however often an answer is lost', async () => {
    const target = await connectionOf(notes)
    const contact = rig.hubspot.addContact({ firstname: 'Ada' })
    rig.faults.order('no-answer', { on: 'POST /crm/v3/objects/notes' })
    const id = await rig.paid({ crmRecord: `contacts:${contact}` })
    await rig.settled(target)
    await rig.refunded(id, 1_000)
    await rig.settled(target)
    expect(rig.hubspot.payments).toMatchObject([
      {
        object: 'notes',
        properties: {
          tonewall_payment: id,
          hs_note_body: expect.stringContaining('Card payment refunded: £42.50'),
        },
      },
    ])
    expect([...rig.hubspot.associations]).toEqual([`${rig.hubspot.payments[0]?.id}→contacts/${contact}`])
  })
})

describe('Zendesk’s custom fields', () => {
  it('have the state of the payment beside the comment, and are emptied on a ticket that was the wrong one', async () => {
    const target = await connectionOf({
      ...{ adapter: 'zendesk', grant: 'client-credentials', settings: { subdomain: 'example' } },
      mapping: [
        { field: 'comment', template: '{{title}}' },
        { field: '360001', template: '{{status}}' },
        { field: '360002', template: '{{amount}}', as: 'number' },
      ],
    })
    const [wrong, right] = [rig.zendesk.addTicket(), rig.zendesk.addTicket()]
    const fieldsOf = (ticket: number) => Object.fromEntries(rig.zendesk.tickets.get(ticket)?.fields ?? [])
    const id = await rig.paid({ crmRecord: `ticket:${wrong}` })
    await rig.settled(target)
    expect(fieldsOf(wrong)).toEqual({ 360001: 'captured', 360002: 42.5 })
    await name(id, target, `ticket:${right}`)
    await rig.settled(target)
    expect([fieldsOf(wrong), fieldsOf(right)]).toEqual([
      { 360001: null, 360002: null },
      { 360001: 'captured', 360002: 42.5 },
    ])
  })
})

describe('the caller’s number', () => {
  it('finds a contact of HubSpot, in either field and as it was typed', async () => {
    const target = await connectionOf({
      ...{ adapter: 'hubspot', grant: 'authorisation-code', settings: { portalId: '1234' } },
    })
    rig.hubspot.addContact({ firstname: 'Somebody else', phone: '+44 7700 900999' })
    const ada = rig.hubspot.addContact({ firstname: 'Ada', mobilephone: '+44 7700 900123' })
    await rig.paid({})
    await rig.settled(target)
    expect([...rig.hubspot.associations]).toEqual([`${rig.hubspot.payments[0]?.id}→contacts/${ada}`])
  })

  it('finds the open ticket of the person who has it in Zendesk, and asks which when there are several', async () => {
    const target = await connectionOf({
      ...{ adapter: 'zendesk', grant: 'client-credentials', settings: { subdomain: 'example' } },
    })
    rig.zendesk.users.set(7, '07700 900123')
    rig.zendesk.addTicket({ requester: 7, status: 'solved' })
    rig.zendesk.addTicket({ requester: 8 })
    const open = rig.zendesk.addTicket({ requester: 7 })
    await rig.paid({})
    await rig.settled(target)
    expect(rig.zendesk.tickets.get(open)?.comments).toHaveLength(1)
    rig.zendesk.addTicket({ requester: 7 })
    const id = await rig.paid({})
    await rig.settled(target)
    const [link] = await rig.records.ofPayment(agent, id)
    expect(link).toMatchObject({ state: 'held', because: 'several-have-the-number' })
    expect(link?.candidates.map(({ label }) => label)).toEqual([`Ticket ${open}`, 'Ticket 4'])
  })
})
