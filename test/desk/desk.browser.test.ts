import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskHarness, fields, lightIs, paid } from './desk-harness.ts'
import { aCall } from './examples.ts'
import { focused } from './focused.ts'
import { problem } from './scripted-control.ts'

const desk = new DeskHarness()
const spoken = (page: Page) => page.locator('live-announcer').locator('#polite').textContent()

describeInBrowser('logging in', () => {
  it('says what the API says when it is refused, and opens the desk when it is not', async () => {
    const page = await desk.open()
    desk.control.refusals.set('/v1/sessions', problem(401))
    await page.getByLabel('E-mail').fill('robin@example.com')
    await page.getByLabel('Password').fill('wrong')
    await desk.shoot(page, 'log-in')
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('alert').filter({ hasText: 'wrong' }).textContent()).toContain('is wrong')
    await desk.logIn(page)
    expect(desk.control.posted.map(({ body }) => body.password)).toEqual(['wrong', 'a password'])
    expect(new Set(desk.control.posted.map(({ key }) => key)).size).toBe(2)
    await desk.shoot(page, 'no-calls')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in to the desk' }).waitFor()
  })

  it('comes back when the session has ended elsewhere', async () => {
    const page = await desk.onCall()
    desk.control.loggedIn = false
    desk.control.refusals.set('/v1/payments', problem(401))
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.getByText('Your session has ended').waitFor()
  })
})

describeInBrowser('taking a payment', () => {
  it('goes from the form to the result, and is green only while the mask is confirmed', async () => {
    const page = await desk.onCall()
    await desk.shoot(page, 'form')
    await lightIs(page, 'open')
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).click()

    desk.control.tell(paid({}, { state: 'arming', secured: false, fields: fields(0, 0, 0) }))
    await lightIs(page, 'securing')
    await desk.shoot(page, 'securing')
    expect(desk.control.posted.slice(1).map(({ path }) => path)).toEqual([
      '/v1/payments',
      '/v1/payments/pay_01jd3f9000000000000000000a/arm',
    ])
    expect(desk.control.posted[1]?.body).toMatchObject({
      amountMinor: 1050,
      currency: 'GBP',
      reference: 'INV-7',
    })

    desk.control.tell(paid({}, { deadlineAt: Date.now() + 240_000, fields: fields(12, 0, 0), brand: 'visa' }))
    await lightIs(page, 'secured')
    expect(await page.getByRole('img', { name: 'Card number: 12 digits keyed' }).count()).toBe(1)
    expect(await page.getByRole('timer').textContent()).toMatch(/[34]:\d\d left/)
    await desk.shoot(page, 'keying')

    desk.control.tell(paid({}, { fields: fields(16, 2, 0), brand: 'visa', last4: '4242', secured: false }))
    await lightIs(page, 'lost')
    await desk.shoot(page, 'lost')
    desk.control.tell(paid({}, { fields: fields(16, 4, 3), brand: 'visa', last4: '4242', secured: true }))
    await lightIs(page, 'secured')
    expect(await page.getByTestId('card').textContent()).toBe('Visa ending 4242')
    expect(await spoken(page)).toContain('Card number accepted: Visa ending 4242.')

    desk.control.tell(
      paid(
        { status: 'captured', brand: 'visa', last4: '4242', authCode: 'A1B2C3', gatewayRef: 'gw_1' },
        { state: 'ended', secured: false, fields: fields(16, 4, 3), brand: 'visa', last4: '4242' },
      ),
    )
    await page.getByRole('heading', { name: 'Approved' }).waitFor()
    await lightIs(page, 'open')
    expect(await page.getByText('A1B2C3').count()).toBe(1)
    expect(await focused(page)).toBe('Approved')
    expect(await spoken(page)).toContain('Approved: £10.50.')
    await desk.shoot(page, 'approved')

    await page.getByRole('button', { name: 'New payment on this call' }).click()
    await page.getByLabel('Amount').waitFor()
  })

  it('is one intent however often the button is pressed', async () => {
    const page = await desk.onCall()
    let release = () => {}
    desk.control.gate = new Promise((resolve) => {
      release = resolve
    })
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).dblclick()
    await page.getByLabel('Reference').press('Enter')
    release()
    await page.getByText('The card has not been asked for yet').waitFor()
    expect(desk.control.posted.filter(({ path }) => path === '/v1/payments')).toHaveLength(1)
    expect(desk.control.posted.filter(({ path }) => path.endsWith('/arm'))).toHaveLength(1)
  })

  it('says at each field what is wrong, and goes to the first', async () => {
    const page = await desk.onCall()
    await page.getByLabel('Amount').fill('10,50')
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.getByText('Use a point for decimals').waitFor()
    expect(await page.getByText('Enter the order or invoice number.').count()).toBe(1)
    expect(await page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Amount').evaluate((input) => input.matches(':focus'))).toBe(true)
    await desk.shoot(page, 'faults')
    await page.getByLabel('Currency').selectOption('JPY')
    await page.getByLabel('Amount').fill('1050')
    await page.getByLabel('Reference').fill('INV-7')
    const refusal = { field: '/reference', detail: 'That looks like a card number.' }
    desk.control.refusals.set('/v1/payments', problem(422, refusal))
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.locator('#reference-fault').filter({ hasText: 'card number' }).waitFor()
    expect(desk.control.posted[1]?.body).toMatchObject({ amountMinor: 1050, currency: 'JPY' })
  })

  it('can be done with the keyboard alone', async () => {
    const page = await desk.onCall()
    await page.getByLabel('Amount').focus()
    await page.keyboard.type('10.50')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('INV-7')
    await page.keyboard.press('Enter')
    const asked = { deadlineAt: Date.now() + 240_000, fields: fields(16, 0, 0) }
    desk.control.tell(paid({ confirm: 'manual' }, asked))
    await page.getByRole('heading', { name: /Card for £10.50/ }).waitFor()
    await expect.poll(() => focused(page)).toContain('Card for £10.50')
    const visited: string[] = []
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab')
      visited.push(await focused(page))
    }
    expect(visited).toEqual(['Clear', 'More time', 'Use another card', 'Cancel payment'])
    await page.keyboard.press('Space')
    await expect.poll(() => desk.control.posted.at(-1)?.path).toMatch(/\/cancel$/)
    desk.control.tell(
      paid({ status: 'cancelled' }, { state: 'ended', secured: false, why: 'agent-cancelled' }),
    )
    await expect.poll(() => focused(page)).toBe('Payment cancelled')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Take payment' }).waitFor()
  })

  it('offers every command while it collects, and asks before it charges when told so', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({ confirm: 'manual' }, { fields: fields(16, 2, 0) }))
    await page.getByRole('button', { name: 'Clear card number' }).click()
    await page.getByRole('button', { name: 'More time' }).click()
    await page.getByRole('button', { name: 'Use another card' }).click()
    const collected = { state: 'collected', fields: fields(16, 4, 3), brand: 'visa', last4: '4242' } as const
    desk.control.tell(paid({ confirm: 'manual', status: 'ready' }, collected))
    await desk.shoot(page, 'confirm')
    await page.getByRole('button', { name: 'Confirm £10.50' }).click()
    await expect.poll(() => desk.control.posted.length).toBe(5)
    expect(desk.control.posted.slice(1).map(({ path, body }) => [path.split('/').at(-1), body])).toEqual([
      ['clear-field', { field: 'pan' }],
      ['extend', { bySeconds: 60 }],
      ['another-card', {}],
      ['confirm', {}],
    ])
  })
})

describeInBrowser('a collection that ends without a card', () => {
  it('says why, keeps the payment, and asks again when told to', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({}, { fields: fields(5, 0, 0) }))
    await page.getByRole('button', { name: 'Clear card number' }).focus()
    const ended = { state: 'ended', secured: false, why: 'between-digits-timeout' } as const
    desk.control.tell(paid({ status: 'created' }, { ...ended, fields: fields(0, 0, 0) }))
    await page.getByText('The caller stopped keying for too long. Nothing was charged.').first().waitFor()
    await expect.poll(() => focused(page)).toContain('Card for £10.50')
    await desk.shoot(page, 'ended')
    await page.getByRole('button', { name: 'Ask for the card again' }).click()
    await expect.poll(() => desk.control.posted.at(-1)?.path).toMatch(/\/arm$/)
    desk.control.tell({ type: 'call', call: aCall({ status: 'ended', caller: 'left' }) })
    await page.getByText('The call has ended.').waitFor()
    expect(await page.getByRole('button', { name: 'Ask for the card again' }).isDisabled()).toBe(true)
  })
})

describeInBrowser('the result', () => {
  it('of a decline is the advice, and another card', async () => {
    const page = await desk.onCall()
    const advice = 'Not enough funds. Ask for another card.'
    const decline = { reason: 'insufficient-funds', gatewayCode: '51', retry: 'other-card', advice } as const
    desk.control.tell(paid({ status: 'declined', decline, brand: 'visa', last4: '9995' }))
    await page.getByText(advice).first().waitFor()
    await desk.shoot(page, 'declined')
    await page.getByRole('button', { name: 'Use another card' }).click()
    await expect.poll(() => desk.control.posted.at(-1)?.path).toMatch(/\/another-card$/)
  })

  it('of an unknown outcome offers nothing that could charge twice', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({ status: 'unknown', brand: 'visa', last4: '4242' }))
    await page.getByRole('heading', { name: 'Outcome not yet known' }).waitFor()
    expect(await page.locator('main').getByRole('button').count()).toBe(0)
    await desk.shoot(page, 'unknown')
    desk.control.tell({ type: 'call', call: aCall({ status: 'ended', endedAt: Date.now() }) })
    await page.getByRole('heading', { name: 'Being looked into' }).waitFor()
  })
})
