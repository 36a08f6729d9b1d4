import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { resourceOf } from '../../src/control/payments/facts.ts'
import { listPayments } from '../../src/control/payments/store.ts'
import type { Payments } from '../../src/control/ports.ts'
import { type Harness, harness, ours } from '../control/http/control-harness.ts'
import { RecordedPayments } from '../control/http/scripted-parts.ts'
import { CrmRig, client, merchantId } from '../crm/crm-rig.ts'
import { describeInBrowser, launchChromium } from '../support/chromium.ts'
import { buildPage } from './built-page.ts'

/** The payments that the rig wrote, as the desk finds and opens them. */
class RowPayments extends RecordedPayments {
  readonly #rig: CrmRig

  constructor(rig: CrmRig) {
    super()
    this.#rig = rig
  }

  override async get(actor: Parameters<Payments['get']>[0], id: string) {
    return resourceOf(await this.#rig.payment(id, actor.merchantId), null)
  }

  override async list(actor: Parameters<Payments['list']>[0], page: Parameters<Payments['list']>[1]) {
    const { rows } = await listPayments(this.#rig.store.db, actor.merchantId, page)
    return { data: rows.map((row) => resourceOf(row, null)), nextCursor: null }
  }
}

const admin = { email: ours.email, name: 'Ada', role: 'admin', password: new Secret(ours.password) } as const
const merchants = [
  {
    ...{ id: merchantId, name: 'One', gatewayId: 'sandbox', agents: [admin], apiKeys: [] },
    webhookEndpoints: [],
  },
]

/** The built desk on control's own API, with CRMs and books that enforce tokens, limits and uniqueness behind it. */
let browser: Browser
let deskDir: string
let shots: string
let rig: CrmRig
let control: Harness
let page: Page
let origin: string
const complaints: string[] = []
beforeAll(async () => {
  ;[deskDir, browser] = await Promise.all([buildPage('desk'), launchChromium()])
  shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))
})
afterAll(() => browser?.close())
beforeEach(async () => {
  const port = await freePort()
  origin = `http://localhost:${port}`
  rig = await CrmRig.start({ publicUrl: origin })
  const { store, core: connections, records, clock } = rig
  const parts = { store, connections, records, payments: new RowPayments(rig) }
  control = await harness({ deskDir, clock, merchants, publicUrl: origin, parts })
  await control.server.app.listen({ host: '127.0.0.1', port })
  page = await (await browser.newContext({ viewport: { width: 1180, height: 900 } })).newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(origin)
  await page.getByLabel('E-mail').fill(ours.email)
  await page.getByLabel('Password').fill(ours.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Live calls' }).waitFor()
})
afterEach(async () => {
  await page.context().close()
  await control.close()
  await rig.close()
  expect(complaints.splice(0)).toEqual([])
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const shoot = (name: string) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true })

async function openConnections(): Promise<void> {
  await page.getByRole('button', { name: 'Results' }).click()
  await page.getByRole('tab', { name: 'CRM and books' }).click()
  await page.getByRole('button', { name: 'Connect a system' }).waitFor()
}

/** As an administrator does it: the browser goes to the other side, and comes back. */
async function connectXero(): Promise<string> {
  await openConnections()
  await page.getByRole('button', { name: 'Connect a system' }).click()
  await page.getByLabel('System', { exact: true }).selectOption('xero')
  await page.getByLabel('Name', { exact: true }).fill('Books')
  await page.getByLabel('The app’s id').fill(client.id)
  await page.getByLabel('The app’s secret').fill(client.secret)
  await page.getByLabel('Stand-in on this machine').fill(rig.office.origin)
  await page.getByLabel('Account code', { exact: true }).fill('090')
  await page.getByLabel('Refund account code').fill('200')
  await shoot('connect-a-system')
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('Connected.', { exact: true }).waitFor()
  const [connection] = await rig.core.connections.list({ merchantId, kind: 'system', id: 'test' })
  expect(connection).toMatchObject({ state: 'connected', adapter: 'xero', rules: { metadataKey: 'invoice' } })
  return connection?.id ?? ''
}

const row = (state: string) => page.locator(`[data-testid=connection][data-state=${state}]`)

describeInBrowser('the page of CRMs and books', () => {
  it('connects with a person’s consent, and anew after the other side has taken the app out', async () => {
    const target = await connectXero()
    expect(rig.books.tokens.given).toEqual(['code'])
    expect(new URL(page.url()).hash).toBe('')
    await row('connected').waitFor()
    await shoot('connections')
    rig.books.tokens.revoke()
    rig.books.addInvoice('INV-1', 42.5)
    await rig.paid({ invoice: 'INV-1' })
    const disabled = async () => (await rig.core.connections.list({ merchantId, kind: 'system', id: 't' }))[0]
    await expect.poll(async () => (await disabled())?.state, { timeout: 20_000 }).toBe('disabled')
    await page.getByRole('tab', { name: 'Deliveries' }).click()
    await page.getByRole('tab', { name: 'CRM and books' }).click()
    await row('disabled').filter({ hasText: 'To be connected anew' }).waitFor()
    await shoot('connection-to-be-connected-anew')
    await page.getByRole('button', { name: 'Reconnect' }).click()
    await page.getByText('Connected.', { exact: true }).waitFor()
    await rig.settled(target)
    expect(rig.books.payments).toMatchObject([{ Status: 'AUTHORISED', Amount: 42.5 }])
  })

  it('says in words that a consent did not help', async () => {
    await page.goto(`${origin}/v1/connections/callback?state=${'x'.repeat(43)}&code=stolen`)
    await page.getByRole('alert').filter({ hasText: 'too old or was used already' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Live calls' }).waitFor()
    expect(await page.getByRole('alert').filter({ hasText: 'too old' }).count()).toBe(0)
  })

  it('shows on a real payment what an edited field would get, keeps it, and writes it so', async () => {
    const { id: target } = await rig.connect({
      ...{ adapter: 'salesforce', grant: 'client-credentials', name: 'CRM' },
      settings: { host: 'example.my.salesforce.com' },
    })
    const contact = rig.crm.add('Contact', { Name: 'Ada' })
    const id = await rig.paid({ crmRecord: contact })
    await rig.settled(target)
    await openConnections()
    await page.getByRole('button', { name: 'Fields' }).click()
    const values = page.getByTestId('values')
    await values.filter({ hasText: 'Card payment taken: £42.50 visa 4242' }).waitFor()
    await page.getByRole('textbox', { name: 'Template 1' }).fill('{{nothing}}')
    await page.getByRole('alert').filter({ hasText: 'there is no value named nothing' }).waitFor()
    await page.getByRole('textbox', { name: 'Template 1' }).fill('Paid: {{amountText}} for {{reference}}')
    await values.filter({ hasText: 'Paid: £42.50 for order-1001' }).waitFor()
    await page.getByTestId('request').filter({ hasText: `PATCH /services/data` }).waitFor()
    await shoot('mapping-editor')
    await page.getByRole('button', { name: 'Save fields' }).click()
    await page.getByText('The fields of CRM are kept.').waitFor()
    await rig.refunded(id, 1_000)
    await rig.settled(target)
    expect(rig.crm.list('Task').map(({ fields }) => fields.Subject)).toEqual(['Paid: £42.50 for order-1001'])
  })
})

describeInBrowser('a payment on the desk', () => {
  const openPayment = async () => {
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('list', { name: 'Payments found' }).getByRole('button').click()
    await page.getByRole('heading', { name: 'CRM and books' }).waitFor()
  }

  it('that waits for its record is written on the one that the agent chooses', async () => {
    const { id: target } = await rig.connect({
      ...{ adapter: 'salesforce', grant: 'client-credentials', name: 'CRM' },
      settings: { host: 'example.my.salesforce.com' },
    })
    const [, grace] = ['Ada', 'Grace'].map((Name) => rig.crm.add('Contact', { Name, Phone: '+447700900123' }))
    await rig.paid({})
    await rig.settled(target)
    await openPayment()
    await page.getByTestId('record').filter({ hasText: 'Several there have the caller’s number.' }).waitFor()
    await shoot('record-held')
    await page.getByRole('button', { name: 'Grace (Contact)' }).click()
    await page.locator('[data-testid=record][data-state=linked]').waitFor()
    await rig.settled(target)
    expect(rig.crm.list('Task').map(({ fields }) => fields.WhoId)).toEqual([grace])
    await page.getByText(`Written on Contact ${grace}.`).waitFor()
  })

  it('moves from the wrong invoice to the right one when the agent corrects it', async () => {
    const { id: target } = await rig.connect({
      ...{ adapter: 'xero', grant: 'client-credentials', name: 'Books' },
      ...{ settings: { accountCode: '090', refundAccountCode: '200' }, rules: { metadataKey: 'invoice' } },
    })
    const [wrong, right] = ['INV-1', 'INV-2'].map((number) => rig.books.addInvoice(number, 42.5))
    await rig.paid({ invoice: 'INV-1' })
    await rig.settled(target)
    expect([wrong?.AmountDue, right?.AmountDue]).toEqual([0, 42.5])
    await openPayment()
    await page.getByText('Written on invoice INV-1.').waitFor()
    await page.getByRole('button', { name: 'Another record…' }).click()
    await page.getByLabel('The record’s id or number').fill('ticket:7')
    await page.getByRole('button', { name: 'Move it there' }).click()
    await page.getByRole('alert').filter({ hasText: 'one of the kinds invoice' }).waitFor()
    await page.getByLabel('The record’s id or number').fill('INV-2')
    await page.getByRole('button', { name: 'Move it there' }).click()
    await page.getByText('Goes on invoice INV-2.').waitFor()
    await rig.settled(target)
    await page.getByText('Written on invoice INV-2.').waitFor()
    expect([wrong?.AmountDue, right?.AmountDue]).toEqual([42.5, 0])
    await shoot('record-corrected')
  })
})

describeInBrowser('a call on the desk', () => {
  it('is given the record that its payments are written on, by the agent, and again by a system of the merchant', async () => {
    const { id: target } = await rig.connect({
      ...{ adapter: 'salesforce', grant: 'client-credentials', name: 'CRM' },
      settings: { host: 'example.my.salesforce.com' },
    })
    const [first, second] = ['Order', 'Another order'].map((Subject) => rig.crm.add('Case', { Subject }))
    const { facts } = await control.calls.open({
      ...{ merchantId, provider: 'twilio', providerCallId: 'CA1', direction: 'inbound', metadata: {} },
      ...{ from: '+447700900123', to: '+441632960001', agentAddress: 'client:agent' },
    })
    await page.getByRole('button', { name: /\+447700900123/ }).click()
    await page.getByTestId('call-record').filter({ hasText: 'CRM: not named.' }).waitFor()
    await page.getByRole('button', { name: 'Name the record of CRM' }).click()
    await page.getByLabel('The call’s record in CRM').fill('Fridge:7')
    await page.getByRole('button', { name: 'Payments go there' }).click()
    await page.getByRole('alert').filter({ hasText: 'one of the kinds' }).waitFor()
    await page.getByLabel('The call’s record in CRM').fill(`Case:${first}`)
    await page.getByRole('button', { name: 'Payments go there' }).click()
    await page.getByText(`payments go on Case ${first}.`).waitFor()
    await shoot('call-record')
    await rig.paid({}, { call_id: facts.id })
    await rig.settled(target)
    const where = () => rig.crm.list('Task').map(({ fields }) => fields.WhatId)
    expect(where()).toEqual([first])
    await rig.core.callRecords(control.calls).edit({ merchantId, kind: 'api-key', id: 'key_1' }, facts.id, {
      crmRecord: `Case:${second}`,
    })
    await page.getByText(`payments go on Case ${second}.`).waitFor()
    await rig.settled(target)
    expect(where()).toEqual([second])
  })
})
