import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { RecordQuestion } from '../../src/control/connections/look-up-record.ts'
import { CallerBills, type CallerQuestion } from '../../src/control/ivr/caller-bills.ts'
import { RecordLookup } from '../../src/ivr/flow-steps.ts'
import { CrmRig, merchantId, otherMerchantId } from './crm-rig.ts'

const grant = 'client-credentials'
const salesforce = { adapter: 'salesforce', grant, settings: { host: 'example.my.salesforce.com' } }
const xero = { adapter: 'xero', grant, settings: { accountCode: '090', refundAccountCode: '200' } }
const zendesk = { adapter: 'zendesk', grant, settings: { subdomain: 'example' } }
const hubspot = { adapter: 'hubspot', grant: 'authorisation-code', settings: { portalId: '1' } }

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

const ask = (question: Partial<RecordQuestion>) =>
  rig.core.lookUp({
    ...{ merchantId, callId: 'call_1', crm: 'salesforce', by: { caller: '+447700900123' } },
    many: 'refuse',
    ...question,
  })

describe('a caller who is looked for in the CRM by the number that they call from', () => {
  it('is the record that has it, whose payment names it: the result is written there', async () => {
    await rig.connect(salesforce)
    const ada = rig.crm.add('Contact', { Name: 'Ada', MobilePhone: '07700 900123' })
    const found = { kind: 'Contact', id: ada, customer: ada, metadata: { crmRecord: `Contact:${ada}` } }
    expect(await ask({})).toMatchObject(found)
  })

  it('is nobody when none has it, when it is withheld, and several when more than one has it', async () => {
    await rig.connect(salesforce)
    expect(await ask({})).toBeNull()
    expect(await ask({ by: { caller: 'anonymous' } })).toBeNull()
    for (const Name of ['Ada', 'Grace']) rig.crm.add('Contact', { Name, Phone: '+447700900123' })
    expect(await ask({})).toBe('several')
    expect(await ask({ many: 'newest' })).toMatchObject({ label: 'Ada' })
  })

  it('cannot be told where nothing is connected, the other side is away, or it knows no telephone numbers', async () => {
    expect(await ask({})).toBe('away')
    await rig.connect(xero)
    expect(await ask({ crm: 'xero' })).toBe('away')
    await rig.connect(salesforce)
    expect(await ask({ merchantId: otherMerchantId })).toBe('away')
    await rig.office.stop()
    expect(await ask({})).toBe('away')
  })
})

describe('a keyed number', () => {
  it('is a case of the CRM, without the zeros that it begins with, or an account', async () => {
    await rig.connect(salesforce)
    const contact = rig.crm.add('Contact', { Name: 'Ada' })
    const id = rig.crm.add('Case', { CaseNumber: '00001026', ContactId: contact })
    const account = rig.crm.add('Account', { Name: 'Engines Ltd', AccountNumber: '4711' })
    const byNumber = (number: string, kind: string) => ask({ by: { number }, kind })
    expect(await byNumber('1026', 'Case')).toMatchObject({ id, number: '00001026', customer: contact })
    expect(await byNumber('4711', 'Account')).toMatchObject({ id: account, customer: account })
    expect(await byNumber('4712', 'Account')).toBeNull()
    expect(await byNumber('1', 'Lead')).toBe('away')
  })

  it('is an invoice of the books with what is left to pay; one that is paid is none', async () => {
    await rig.connect({ ...xero, rules: { metadataKey: 'invoice', orReference: true } })
    const invoice = rig.books.addInvoice('INV-1001', 42.5)
    const found = await ask({ crm: 'xero', by: { number: 'INV-1001' } })
    expect(found).toMatchObject({
      ...{ number: 'INV-1001', owed: { amountMinor: 4_250, currency: 'GBP' } },
      metadata: { invoice: `invoice:${invoice.InvoiceID}` },
    })
    Object.assign(invoice, { AmountDue: 0, Status: 'PAID' })
    expect(await ask({ crm: 'xero', by: { number: 'INV-1001' } })).toBeNull()
    expect(await ask({ crm: 'xero', by: { number: 'INV-9999' } })).toBeNull()
  })

  it('is a ticket, or a record of HubSpot by its id', async () => {
    await rig.connect(zendesk)
    const ticket = rig.zendesk.addTicket()
    expect(await ask({ crm: 'zendesk', by: { number: `0${ticket}` } })).toMatchObject({ id: String(ticket) })
    expect(await ask({ crm: 'zendesk', by: { number: '77' } })).toBeNull()
    await rig.connect({ ...hubspot, name: 'Sales' })
    const contact = rig.hubspot.addContact({ firstname: 'Ada' })
    const found = { id: contact, label: 'Ada', customer: contact }
    expect(await ask({ crm: 'Sales', by: { number: contact }, kind: 'contacts' })).toMatchObject(found)
    expect(await ask({ crm: 'hubspot', by: { number: '9' } })).toBeNull()
  })
})

describe('what a flow asks', () => {
  const question = (lookup: object, reference: string | null): CallerQuestion => ({
    ...{ merchantId, callId: 'call_1', from: '+447700900123', locale: 'en-GB' },
    ...{ lookup: RecordLookup.parse(lookup), reference },
  })
  const bills = () =>
    new CallerBills({
      log: silentLog,
      byUrl: { find: async () => null },
      byRecord: (asked) => rig.core.lookUp(asked),
    })

  it('becomes a bill with the amount, the day and the record, by a number with what stands before all of them', async () => {
    await rig.connect(xero)
    Object.assign(rig.books.addInvoice('INV-1001', 42.5), { DueDateString: '2026-12-31T00:00:00' })
    const bill = await bills().find(question({ crm: 'xero', prefix: 'INV-' }, '1001'))
    expect(bill).toMatchObject({
      ...{ reference: 'INV-1001', amountMinor: 4_250, currency: 'GBP', dueOn: '2026-12-31' },
      metadata: { crmRecord: expect.stringMatching(/^invoice:/) },
    })
  })

  it('is away when the amount is in a currency that no prompt can say', async () => {
    await rig.connect(xero)
    rig.books.addInvoice('INV-1', 10, 'KWD')
    expect(await bills().find(question({ crm: 'xero' }, 'INV-1'))).toBe('away')
  })

  it('leaves the amount to the caller where the record tells none', async () => {
    await rig.connect(salesforce)
    const ada = rig.crm.add('Contact', { Name: 'Ada', Phone: '+447700900123' })
    const bill = await bills().find(question({ crm: 'salesforce', by: 'caller' }, null))
    expect(bill).toMatchObject({ reference: ada, amountMinor: null, customer: ada })
  })
})
