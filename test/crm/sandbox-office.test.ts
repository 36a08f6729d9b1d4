import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SandboxOfficeClient } from '../../src/demo/sandbox-office-client.ts'
import type { RunningOffice } from '../../src/sandbox/office/office-server.ts'
import { startSandboxOffice } from '../../src/sandbox/office/sandbox-office.ts'
import { officeApp } from '../../src/supervisor/plan/sandbox-merchant.ts'
import { CrmRig } from './crm-rig.ts'

const operatorKey = 'key-of-the-sandbox-gateway'
const { clientId, clientSecret } = officeApp({ gatewayKey: operatorKey } as never)

let rig: CrmRig
let office: RunningOffice
beforeEach(async () => {
  rig = await CrmRig.start()
  office = await startSandboxOffice({
    clock: rig.clock,
    listen: { host: '127.0.0.1', port: 0 },
    client: { id: clientId, secret: clientSecret },
    operatorKey,
  })
})
afterEach(async () => {
  await rig.close()
  await office.stop()
})

describe('the sandbox merchant’s CRM and books', () => {
  it('have the demo’s payment: on the record of the caller’s number, and on the order’s invoice', async () => {
    const { origin } = office
    const access = {
      clientId,
      clientSecret,
      grant: 'client-credentials',
      origins: { api: origin, identity: origin },
    }
    const settings = { host: 'sandbox.my.salesforce.com' }
    const crm = await rig.connect({ ...access, adapter: 'salesforce', name: 'CRM', settings })
    const books = await rig.connect({
      ...access,
      ...{ adapter: 'xero', name: 'Books', settings: { accountCode: '090', refundAccountCode: '200' } },
      rules: { metadataKey: 'invoice', orReference: true, byPhone: false },
    })
    const id = await rig.paid({ orderedBy: 'phone' })
    await rig.settled(crm.id)
    await rig.settled(books.id)
    const look = new SandboxOfficeClient({ origin, operatorKey })
    expect(await look.crmEntries(id)).toEqual([
      { contact: 'Ada Byron', subject: 'Card payment taken: £42.50 visa 4242 (order-1001)' },
    ])
    expect(await look.booksEntries(id)).toEqual([{ invoice: 'order-1001', amount: 42.5 }])
  })

  it('let nobody look without the operator’s key', async () => {
    const stranger = new SandboxOfficeClient({ origin: office.origin, operatorKey: 'another' })
    await expect(stranger.crmEntries('pay_1')).rejects.toThrow('401')
  })
})
