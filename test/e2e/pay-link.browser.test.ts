import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { PayLinkView } from '../../src/contracts/pay-links.ts'
import { describeInBrowser } from '../support/chromium.ts'
import {
  asked,
  clickKeys,
  DeskAndPhone,
  dotsAre,
  fieldIs,
  keyCard,
  lightIs,
  resultIs,
  soon,
  stepSays,
  takePayment,
} from './desk-and-phone.ts'

const house = new DeskAndPhone()

const linkIs = (desk: Page, state: PayLinkView['state']) =>
  desk.locator(`[data-testid="link-state"][data-state="${state}"]`).waitFor()

async function sendLink(desk: Page, to: string): Promise<void> {
  await desk.getByText('Pay in another way').click()
  await desk.getByLabel('The caller’s mobile number, with country code').fill(to)
  await desk.getByRole('button', { name: 'Send a pay link' }).click()
}

async function pay(page: Page, number = '4242 4242 4242 4242'): Promise<void> {
  await page.getByLabel('Card number').fill(number)
  await page.getByLabel('Expiry (MM/YY)').fill('12/34')
  await page.getByLabel('Security code').fill('123')
  await page.getByRole('button', { name: 'Pay' }).click()
}

async function addressOf(reference: string): Promise<string> {
  const { payLink } = await house.payment(reference)
  if (!payLink?.url) throw new Error('the link has no address')
  return payLink.url
}

/** As the merchant's own system would. */
async function order(paymentId: string, what: string, body: object = {}): Promise<unknown> {
  const { addresses, credentials } = house.platform
  const response = await fetch(`${addresses.control}/v1/payments/${paymentId}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credentials.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  })
  return response.json()
}

describeInBrowser('a pay link during a live call, with the desk beside it', () => {
  it('takes the place of the keypad, shows that it was opened and paid, and is paid once', async () => {
    const { desk, phone, number } = await house.talk()
    await takePayment(desk, { reference: 'link-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '424242')
    await dotsAre(desk, 'pan', 6)
    await sendLink(desk, number)
    await linkIs(desk, 'open')
    await desk.getByTestId('link-delivery').filter({ hasText: 'Sent.' }).waitFor()
    await lightIs(desk, 'open')

    const address = await addressOf('link-1')
    const [caller, again] = [await house.follow(address), await house.follow(address)]
    await linkIs(desk, 'opened')
    await house.shoot(desk, 'pay-link-opened')
    await pay(caller, '4000 0000 0000 0002')
    await caller.getByRole('alert').waitFor()
    await linkIs(desk, 'opened')
    await pay(caller)
    await caller.getByRole('heading', { name: 'Paid' }).waitFor()
    await resultIs(desk, 'approved')

    await pay(again)
    await again.getByRole('heading', { name: 'Paid already' }).waitFor()
    await caller.goto(address)
    await caller.getByRole('heading', { name: 'Thank you' }).waitFor()
    expect(await house.payment('link-1')).toMatchObject({
      status: 'captured',
      brand: 'visa',
      last4: '4242',
      payLink: { state: 'paid' },
    })
    const approved = (await house.ledger('link-1')).filter(({ outcome }) => outcome === 'approved')
    expect(approved).toHaveLength(1)
  })

  it('refuses the keypad while it is open; withdrawn, its page is closed and the card can be keyed', async () => {
    const talk = await house.talk()
    const { desk, number } = talk
    await takePayment(desk, { reference: 'link-2' })
    await asked(desk, 'pan')
    await sendLink(desk, number)
    await linkIs(desk, 'open')
    const { id } = await house.payment('link-2')
    expect(await order(id, 'arm')).toMatchObject({ status: 409, code: 'PAY_LINK_OPEN' })
    const caller = await house.follow(await addressOf('link-2'))
    await desk.getByRole('button', { name: 'Withdraw the link' }).click()
    await stepSays(desk, 'The link was withdrawn. Nothing was charged.')
    await pay(caller)
    await caller.getByRole('heading', { name: 'No longer open' }).waitFor()
    await desk.getByRole('button', { name: /Ask for the card/ }).click()
    await asked(desk, 'pan')
    await keyCard(talk, 'Visa ending 4242')
    await resultIs(desk, 'approved')
  })

  it('expires on the desk and at the gateway at the same moment', async () => {
    const { desk } = await house.talk()
    await takePayment(desk, { reference: 'link-3' })
    await asked(desk, 'pan')
    const { id } = await house.payment('link-3')
    await order(id, 'pay-link', { validSeconds: 30 })
    await linkIs(desk, 'open')
    const caller = await house.follow(await addressOf('link-3'))
    await linkIs(desk, 'opened')
    await desk
      .getByTestId('step')
      .filter({ hasText: 'The link has expired. Nothing was charged.' })
      .waitFor({ timeout: 60_000 })
    await pay(caller)
    await caller.getByRole('heading', { name: 'No longer open' }).waitFor()
    expect(await house.ledger('link-3')).toEqual([])
  })

  it('pays with the card that the caller agreed to have kept, without keying', async () => {
    const talk = await house.talk()
    const { desk } = talk
    await desk.locator('payment-form').getByLabel('Customer (optional)').fill('cust-42')
    await takePayment(desk, { reference: 'kept-1' })
    await asked(desk, 'pan')
    await desk.getByText('Pay in another way').click()
    await desk.getByRole('button', { name: 'The caller agrees that this card is kept' }).click()
    await desk.getByTestId('keep').waitFor()
    await keyCard(talk, 'Visa ending 4242')
    await resultIs(desk, 'approved')

    await desk.getByRole('button', { name: 'New payment on this call' }).click()
    await desk.locator('payment-form').getByLabel('Customer (optional)').fill('cust-42')
    await takePayment(desk, { reference: 'kept-2', amount: '7.00' })
    await fieldIs(desk, 'pan', 'asked')
    await desk.getByText('Pay in another way').click()
    await desk.getByRole('button', { name: 'Pay with Visa ending 4242' }).click()
    await resultIs(desk, 'approved')
    await expect
      .poll(async () => (await house.ledger('kept-2')).map(({ outcome }) => outcome), soon)
      .toEqual(['approved'])
  })
})
