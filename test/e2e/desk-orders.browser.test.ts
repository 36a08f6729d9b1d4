import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { demoCard } from '../../src/demo/demo-cards.ts'
import { SimulatedCall } from '../../src/demo/simulated-call.ts'
import { focused } from '../desk/focused.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskAndPhone, soon } from './desk-and-phone.ts'

const house = new DeskAndPhone()
const calls: SimulatedCall[] = []
afterAll(() => Promise.all(calls.map((call) => call.hangUp())))

/** A payment that a caller has paid by keypad; keys are told by message, so that a busy machine loses none. */
async function paid(reference: string, capture: 'automatic' | 'manual'): Promise<PaymentResource> {
  const { platform, api, watch } = house
  const from = `+4477009003${String(calls.length).padStart(2, '0')}`
  const call = await SimulatedCall.dial({ platform, api, watch, from, report: 'message' })
  calls.push(call)
  const { id } = await call.startPayment({ amountMinor: 1_050, currency: 'GBP', reference, capture })
  await call.keyCard(id, demoCard('visa', systemClock.now()))
  const payment = await call.settled(id, soon.timeout)
  await call.hangUp()
  return payment
}

/** By keyboard alone, as somebody does who sees nothing of the page. */
async function open(desk: Page, reference: string): Promise<void> {
  await desk.getByLabel('Look for').focus()
  await desk.keyboard.insertText(reference)
  await desk.keyboard.press('Enter')
  await desk
    .getByRole('list', { name: 'Payments found' })
    .getByRole('button', { name: reference })
    .press('Enter')
  await desk.getByRole('heading', { name: `Payment ${reference}` }).waitFor()
  await expect.poll(() => focused(desk), soon).toBe(`Payment ${reference}`)
}

async function order(desk: Page, name: string, amount?: string): Promise<void> {
  await desk.getByRole('button', { name: `${name}…` }).press('Enter')
  if (amount !== undefined) {
    await desk.keyboard.press('Control+A')
    await desk.keyboard.insertText(amount)
  } else await desk.keyboard.press('Tab')
  await desk.keyboard.press('Enter')
}

const statusIs = (desk: Page, text: string) =>
  desk
    .getByTestId('status')
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor(soon)
const said = (desk: Page) => desk.locator('live-announcer').locator('#polite').textContent()
const moved = async (reference: string) =>
  (await house.ledger(reference)).map(({ kind, amount }) => `${kind} ${amount}`)

describeInBrowser('a payment that was taken, at the desk', () => {
  it('is found by its reference, taken in part and given back in parts, by keyboard alone', async () => {
    await paid('orders-1', 'manual')
    const desk = await house.desk()
    await open(desk, 'orders-1')
    expect(await said(desk)).toContain('One payment found.')
    await statusIs(desk, 'Approved, not taken yet')
    await house.shoot(desk, 'record-authorised')

    await order(desk, 'Take the money', '10.00')
    await statusIs(desk, 'Taken')
    await expect.poll(() => said(desk), soon).toContain('£10.00 taken.')
    await expect.poll(() => focused(desk), soon).toBe('Orders')

    await desk.getByRole('button', { name: 'Refund…' }).press('Enter')
    await house.shoot(desk, 'record-refund')
    await desk.keyboard.press('Control+A')
    await desk.keyboard.insertText('10.01')
    await desk.keyboard.press('Enter')
    await desk.getByText('More than is left: at most £10.00.').waitFor()
    await desk.keyboard.press('Escape')
    await expect.poll(() => focused(desk), soon).toBe('Refund…')

    await order(desk, 'Refund', '4')
    await statusIs(desk, 'Partly refunded')
    await expect.poll(() => said(desk), soon).toContain('£4.00 given back.')
    await order(desk, 'Refund', '6.00')
    await statusIs(desk, 'Refunded')
    await expect.poll(() => desk.getByTestId('operation').count(), soon).toBe(3)
    expect(await desk.locator('payment-record').getByRole('button', { name: /…$/ }).count()).toBe(0)
    await house.shoot(desk, 'record-refunded')
    const payment = await house.payment('orders-1')
    expect(payment).toMatchObject({ status: 'refunded', capturedMinor: 1_000, refundedMinor: 1_000 })
    expect(await moved('orders-1')).toEqual(
      expect.arrayContaining(['authorisation 1050', 'refund 400', 'refund 600']),
    )
  })

  it('is reversed once, however often the button is pressed', async () => {
    await paid('orders-2', 'automatic')
    const desk = await house.desk()
    await open(desk, 'orders-2')
    await desk.getByRole('button', { name: 'Reverse the payment…' }).press('Enter')
    await expect.poll(() => focused(desk), soon).toBe('Reverse the payment')
    await desk.getByRole('button', { name: 'Reverse the payment', exact: true }).dblclick()
    await statusIs(desk, 'Reversed')
    expect((await moved('orders-2')).filter((line) => line.startsWith('void'))).toHaveLength(1)
    expect(await house.payment('orders-2')).toMatchObject({ status: 'voided' })
  })
})
