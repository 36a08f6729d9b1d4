import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskHarness, paid } from './desk-harness.ts'
import { anOperation, aPayment } from './examples.ts'
import { focused } from './focused.ts'
import { problem } from './scripted-control.ts'

const desk = new DeskHarness()
const captured = { status: 'captured', capturedMinor: 1050, brand: 'visa', last4: '4242' } as const

async function openRecord(changes: Parameters<typeof aPayment>[0] = captured) {
  const page = await desk.onCall()
  desk.control.payment = aPayment({ operations: [], ...changes })
  desk.control.found = [desk.control.payment]
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('list', { name: 'Payments found' }).getByRole('button').click()
  await page.getByRole('heading', { name: 'Payment INV-7' }).waitFor()
  return page
}

describeInBrowser('a payment that was looked up', () => {
  it('is given back with one order, whose key is kept while nobody answers', async () => {
    const page = await openRecord()
    expect(await focused(page)).toBe('Payment INV-7')
    await page.getByRole('button', { name: 'Refund…' }).click()
    await page.getByLabel('Amount').fill('4')
    await page.getByLabel('Why').fill('damaged')
    desk.control.refusals.set('/refunds', problem(503, { remedy: 'retry', detail: 'Not now.' }))
    await page.getByRole('button', { name: 'Refund £4.00' }).click()
    await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor()
    await page.getByRole('button', { name: 'Refund £4.00' }).click()
    await page.getByRole('button', { name: 'Refund…' }).waitFor()
    const orders = desk.control.posted.filter(({ path }) => path.endsWith('/refunds'))
    expect(orders.map(({ body }) => body)).toEqual(Array(2).fill({ amountMinor: 400, reason: 'damaged' }))
    expect(new Set(orders.map(({ key }) => key)).size).toBe(1)
  })

  it('is found by its customer, and says who that is and how the order was declared', async () => {
    const page = await desk.onCall()
    desk.control.payment = aPayment({ operations: [], ...captured, customer: 'C-1042', moto: true })
    desk.control.found = [desk.control.payment]
    const search = page.getByRole('search')
    await search.getByLabel('Customer').fill(' C-1042 ')
    await search.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('list', { name: 'Payments found' }).getByText('C-1042').click()
    await page.getByTestId('customer').filter({ hasText: 'C-1042' }).waitFor()
    await page.getByTestId('moto').filter({ hasText: 'Telephone order' }).waitFor()
    expect(desk.control.searched).toEqual([{ customer: 'C-1042', limit: '20' }])
  })

  it('says that an outcome is not known, at once, and takes no further order', async () => {
    const page = await openRecord()
    desk.control.payment = aPayment({
      ...captured,
      operations: [anOperation({ state: 'unknown' })],
      updatedAt: 2e12,
    })
    desk.control.tell({ type: 'payment', payment: aPayment({ ...captured, updatedAt: 2e12 }) })
    desk.control.payment = aPayment({
      ...captured,
      operations: [anOperation({ state: 'unknown' })],
      updatedAt: 2e12,
    })
    await page
      .locator('live-announcer')
      .locator('#now')
      .filter({ hasText: 'Do not order it again' })
      .waitFor()
    expect(await page.getByRole('button', { name: 'Refund…' }).isDisabled()).toBe(true)
    await desk.shoot(page, 'record-unknown')
  })

  it('gives way to a card that is being taken, and comes back after it', async () => {
    const page = await openRecord()
    desk.control.tell(paid({ id: 'pay_01jd3f9000000000000000000z', status: 'collecting' }, {}))
    await page.locator('secured-light[light="secured"]').waitFor()
    expect(await page.getByRole('heading', { name: 'Payment INV-7' }).count()).toBe(0)
    desk.control.tell(paid({ id: 'pay_01jd3f9000000000000000000z', status: 'cancelled' }))
    await page.getByRole('heading', { name: 'Payment INV-7' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('heading', { name: 'Payment cancelled' }).waitFor()
  })
})
