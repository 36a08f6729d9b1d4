import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CrmRig } from './crm-rig.ts'

/** One system as a test needs it: what is written there is looked at there, never asked of the adapter. */
type System = {
  readonly connection: object
  /** A record, and the metadata with which a payment names it. */
  prepare(rig: CrmRig): Record<string, string>
  /** Entries of the payment: how many there are. */
  entries(rig: CrmRig, paymentId: string): number
  /** What has to be there after a payment of £42.50, and after £10.00 of it were given back. */
  readonly afterSale: number
  readonly afterRefund: number
  showsRefund(rig: CrmRig, paymentId: string): boolean
  /** And after it was reversed as a whole. */
  readonly afterVoid: number
  showsVoid(rig: CrmRig, paymentId: string): boolean
  removeRecord(rig: CrmRig): void
  /** Part of the path of the request that writes. */
  readonly writes: string
  expireTokens(rig: CrmRig): void
}

const systems: Readonly<Record<string, System>> = {
  'Salesforce, client credentials': salesforce({ grant: 'client-credentials' }),
  'HubSpot, authorisation code': {
    connection: { adapter: 'hubspot', grant: 'authorisation-code', settings: { portalId: '1234' } },
    prepare: (rig) => ({ crmRecord: `contacts:${rig.hubspot.addContact({ firstname: 'Ada' })}` }),
    entries: (rig, id) =>
      rig.hubspot.payments.filter(({ properties }) => properties.tonewall_payment === id).length,
    ...{ afterSale: 1, afterRefund: 1, writes: 'POST /crm/v3/objects/commerce_payments' },
    showsRefund: (rig) => rig.hubspot.payments[0]?.properties.hs_refunds_amount === '10.00',
    afterVoid: 1,
    showsVoid: (rig) => JSON.stringify(rig.hubspot.payments[0]?.properties).includes('void'),
    removeRecord: (rig) => rig.hubspot.contacts.clear(),
    expireTokens: (rig) => rig.hubspot.tokens.expire(),
  },
  'Zendesk, client credentials': {
    connection: { adapter: 'zendesk', grant: 'client-credentials', settings: { subdomain: 'example' } },
    prepare: (rig) => ({ crmRecord: `ticket:${rig.zendesk.addTicket()}` }),
    entries: (rig) => rig.zendesk.tickets.get(1)?.comments.length ?? 0,
    ...{ afterSale: 1, afterRefund: 2, writes: 'PUT /api/v2/tickets/1' },
    showsRefund: (rig) => rig.zendesk.tickets.get(1)?.comments[1]?.body.includes('£10.00') === true,
    afterVoid: 2,
    showsVoid: (rig) => rig.zendesk.tickets.get(1)?.comments[1]?.body.includes('voided') === true,
    removeRecord: (rig) => rig.zendesk.tickets.clear(),
    expireTokens: (rig) => rig.zendesk.tokens.expire(),
  },
  'Xero, authorisation code': {
    connection: {
      ...{ adapter: 'xero', grant: 'authorisation-code' },
      settings: { accountCode: '090', refundAccountCode: '200' },
    },
    prepare: (rig) => ({ crmRecord: rig.books.addInvoice('INV-77', 42.5).InvoiceNumber }),
    entries: (rig, id) =>
      rig.books.payments.filter((one) => one.Reference === id && one.Status === 'AUTHORISED').length +
      rig.books.creditNotes.filter((one) => one.Reference === id).length,
    ...{ afterSale: 1, afterRefund: 2, writes: 'PUT /api.xro/2.0/Payments' },
    showsRefund: (rig) =>
      rig.books.creditNotes[0]?.Total === 10 &&
      rig.books.creditNotes[0].Status === 'PAID' &&
      rig.books.payments.some(({ CreditNote, Amount }) => CreditNote !== undefined && Amount === 10),
    afterVoid: 0,
    showsVoid: (rig) => rig.books.invoices[0]?.AmountDue === 42.5,
    removeRecord(rig) {
      for (const invoice of rig.books.invoices) invoice.Status = 'VOIDED'
    },
    expireTokens: (rig) => rig.books.tokens.expire(),
  },
  'A system of the merchant’s own, client credentials': {
    connection: {
      ...{ adapter: 'generic', grant: 'client-credentials' },
      settings: {
        ...{ origin: 'https://own.example', path: '/own/{{record}}/payments' },
        body: '{"payment": "{{paymentId}}", "title": "{{title}}", "refunded": {{refunded}}}',
      },
      rules: { byPhone: false },
    },
    prepare: () => ({ crmRecord: 'R 1' }),
    entries: (rig, id) => [...rig.own.entries.values()].filter(({ payment }) => payment === id).length,
    ...{ afterSale: 1, afterRefund: 2, writes: 'POST /own/R%201/payments' },
    showsRefund: (rig) => [...rig.own.entries.values()].some(({ refunded }) => refunded === 10),
    afterVoid: 2,
    showsVoid: (rig) => [...rig.own.entries.values()].some(({ title }) => title === 'Card payment voided'),
    removeRecord: (rig) => void rig.own.missing.add('R 1'),
    expireTokens: (rig) => rig.own.tokens.expire(),
  },
}

function salesforce(grant: object): System {
  return {
    connection: { adapter: 'salesforce', settings: { host: 'example.my.salesforce.com' }, ...grant },
    prepare: (rig) => ({ crmRecord: rig.crm.add('Contact', { Name: 'Ada' }) }),
    entries: (rig, id) =>
      rig.crm.list('Task').filter(({ fields }) => fields.Tonewall_Payment__c === id).length,
    ...{ afterSale: 1, afterRefund: 1, writes: 'PATCH /services/data' },
    showsRefund: (rig) => String(rig.crm.list('Task')[0]?.fields.Description).includes('£10.00'),
    afterVoid: 1,
    showsVoid: (rig) => String(rig.crm.list('Task')[0]?.fields.Subject).startsWith('Card payment voided'),
    removeRecord: (rig) => rig.crm.remove('Contact', rig.crm.list('Contact')[0]?.id ?? ''),
    expireTokens: (rig) => rig.crm.tokens.expire(),
  }
}

let rig: CrmRig
beforeEach(async () => {
  rig = await CrmRig.start()
})
afterEach(() => rig.close())

describe.each(Object.entries(systems))('%s', (_, system) => {
  let target: string
  let metadata: Record<string, string>
  beforeEach(async () => {
    const connection = await rig.connect(system.connection)
    expect(connection.state).toBe('connected')
    target = connection.id
    metadata = system.prepare(rig)
  })
  const paid = async () => {
    const id = await rig.paid(metadata)
    await rig.settled(target)
    return id
  }

  it('has the payment on its record, and then the refund', async () => {
    const id = await paid()
    expect(system.entries(rig, id)).toBe(system.afterSale)
    expect(system.showsRefund(rig, id)).toBe(false)
    await rig.refunded(id, 1_000)
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered', 'delivered'])
    expect(system.entries(rig, id)).toBe(system.afterRefund)
    expect(system.showsRefund(rig, id)).toBe(true)
  })

  it('is brought up to date when the payment changes: what was taken is reversed', async () => {
    const id = await paid()
    await rig.voided(id)
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered', 'delivered'])
    expect(system.entries(rig, id)).toBe(system.afterVoid)
    expect(system.showsVoid(rig, id)).toBe(true)
  })

  it('has it once when the event is delivered twice', async () => {
    const id = await paid()
    await rig.store.db.updateTable('outbox').set({ state: 'waiting', attempts: 5, next_at: 0 }).execute()
    rig.relay.wakeAll()
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered'])
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('has it once when the answer was lost after it was written', async () => {
    rig.faults.order('no-answer', { on: system.writes })
    const id = await paid()
    const [row] = await rig.rows(target)
    expect(row).toMatchObject({ state: 'delivered', attempts: 2 })
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('gets a new token when the one that we have is refused, and is asked again at once', async () => {
    system.expireTokens(rig)
    const id = await paid()
    expect((await rig.rows(target))[0]).toMatchObject({ state: 'delivered', attempts: 1 })
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('is written once when the platform dies while it waits for a new token', async () => {
    system.expireTokens(rig)
    rig.faults.order('no-answer', { on: 'tokens' })
    const id = await rig.paid(metadata)
    await rig.restart()
    await rig.settled(target)
    expect(await rig.states(target)).toEqual(['delivered'])
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('gets a new token before the one that we have ends', async () => {
    await rig.clock.turn(1_790_000)
    const id = await paid()
    expect(system.entries(rig, id)).toBe(system.afterSale)
    expect(rig.logged.filter(({ status }) => status === 401)).toEqual([])
  })

  it('is left alone for as long as it asks (429, Retry-After)', async () => {
    rig.faults.order('rate-limited', { on: '/' })
    const beganMs = rig.clock.now()
    const id = await paid()
    expect(rig.clock.now() - beganMs).toBeGreaterThanOrEqual(30_000)
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('is tried again after a fault of its own (500)', async () => {
    rig.faults.order('status-500', { on: '/', times: 2 })
    const id = await paid()
    expect((await rig.rows(target))[0]).toMatchObject({ state: 'delivered', attempts: 3 })
    expect(system.entries(rig, id)).toBe(system.afterSale)
  })

  it('whose record was deleted holds the payment until a person names another', async () => {
    system.removeRecord(rig)
    const id = await paid()
    expect(await rig.states(target)).toEqual(['dead'])
    const actor = { merchantId: 'mer_one', kind: 'agent', id: 'agt_1' } as const
    expect(await rig.records.ofPayment(actor, id)).toMatchObject([{ state: 'held', because: 'record-gone' }])
  })

  it('is not asked to log anything secret', async () => {
    await paid()
    const { sealed_client, sealed_tokens } = await rig.store.db
      .selectFrom('connections')
      .selectAll()
      .executeTakeFirstOrThrow()
    expect(sealed_client).toMatch(/^sealed:1:test:/)
    expect(sealed_tokens).toMatch(/^sealed:1:test:/)
    expect(JSON.stringify(rig.logged)).not.toContain('secret-of-the-app')
  })
})
