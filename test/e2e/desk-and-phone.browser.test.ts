import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { expiryIn } from '../../src/demo/demo-cards.ts'
import { focused } from '../desk/focused.ts'
import { describeInBrowser } from '../support/chromium.ts'
import {
  asked,
  clickKeys,
  DeskAndPhone,
  dotsAre,
  fieldIs,
  keyCard,
  keyForMe,
  lightIs,
  resultIs,
  soon,
  stepSays,
  takePayment,
} from './desk-and-phone.ts'

const house = new DeskAndPhone()

describeInBrowser('a payment on a call, by clicks', () => {
  it('goes from the call to the reference, and the light is green only behind a confirmed mask', async () => {
    const { desk, phone } = await house.talk()
    await lightIs(desk, 'open')
    await takePayment(desk, { reference: 'whole-1' })
    await asked(desk, 'pan')
    expect(await desk.getByRole('timer').textContent()).toMatch(/^\s*[45]:\d\d/)
    await stepSays(desk, "The caller's turn: card number")
    await clickKeys(phone, '4242')
    await dotsAre(desk, 'pan', 4)
    await desk
      .getByTestId('card')
      .filter({ hasText: /^Visa$/ })
      .waitFor()
    await clickKeys(phone, '424242424242')
    await fieldIs(desk, 'pan', 'accepted')
    await dotsAre(desk, 'pan', 16)
    await asked(desk, 'expiry')
    await keyForMe(phone, 'Visa ending 4242', 'expiry')
    await asked(desk, 'csc')
    await house.shoot(desk, 'mid-payment')
    await keyForMe(phone, 'Visa ending 4242', 'csc')
    await resultIs(desk, 'approved')
    await house.shoot(desk, 'approved')
    await lightIs(desk, 'open')
    const payment = await house.payment('whole-1')
    expect(payment).toMatchObject({ status: 'captured', amountMinor: 1050, brand: 'visa', last4: '4242' })
    const { gatewayRef, authCode, id } = payment
    for (const fact of [gatewayRef, authCode, id, '£10.50', 'Visa ending 4242', 'whole-1'])
      await desk
        .locator('payment-result')
        .getByText(fact ?? '?', { exact: true })
        .waitFor()
    expect(await house.ledger('whole-1')).toMatchObject([
      { kind: 'authorisation', outcome: 'approved', captured: true, amount: 1050, last4: '4242' },
    ])
    expect(await phone.getByTestId('keys-sounded').getAttribute('data-count')).toBe('23')
  })

  it('stays amber while the bridge has not confirmed the mask', async () => {
    const { desk } = await house.talk()
    const bridge = house.platform.pidOf('bridge') ?? 0
    process.kill(bridge, 'SIGSTOP')
    try {
      await takePayment(desk, { reference: 'frozen' })
      await lightIs(desk, 'securing')
      await desk.waitForTimeout(1_500)
      expect(await desk.locator('secured-light').getAttribute('light')).toBe('securing')
    } finally {
      process.kill(bridge, 'SIGCONT')
    }
    await asked(desk, 'pan')
    await desk.getByRole('button', { name: 'Cancel payment' }).click()
    await resultIs(desk, 'nothing-taken')
  })

  it('takes another card after a decline, and the gateway has both', async () => {
    const talk = await house.talk()
    const { desk } = talk
    await takePayment(desk, { reference: 'declined-1' })
    await keyCard(talk, 'Visa ending 9995')
    await resultIs(desk, 'declined')
    expect(await desk.getByTestId('result').textContent()).toMatch(/funds/i)
    await desk.getByRole('button', { name: 'Use another card' }).click()
    await keyCard(talk, 'Mastercard ending 4444')
    await resultIs(desk, 'approved')
    const lines = await house.ledger('declined-1')
    expect(lines.map(({ outcome, last4 }) => [outcome, last4])).toEqual([
      ['declined', '9995'],
      ['approved', '4444'],
    ])
  })

  it('clears a field, gives more time, and asks the caller for the number again', async () => {
    const talk = await house.talk()
    const { desk, phone } = talk
    await takePayment(desk, { reference: 'cleared-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '5105')
    await dotsAre(desk, 'pan', 4)
    await desk.getByRole('button', { name: 'Clear card number' }).click()
    await dotsAre(desk, 'pan', 0)
    await asked(desk, 'pan')
    const seconds = async () => {
      const [, minutes, rest] = /(\d+):(\d\d)/.exec((await desk.getByRole('timer').textContent()) ?? '') ?? []
      return Number(minutes) * 60 + Number(rest)
    }
    await desk.getByRole('button', { name: 'More time' }).click()
    await expect.poll(seconds, soon).toBeGreaterThan(300)
    await keyCard(talk, 'American Express ending 0005')
    await resultIs(desk, 'approved')
    expect(await house.payment('cleared-1')).toMatchObject({ brand: 'amex', last4: '0005', attempts: 1 })
  })

  it('charges only when the agent confirms, where that was asked for', async () => {
    const talk = await house.talk()
    const { desk } = talk
    await takePayment(desk, { reference: 'confirm-1', asksFirst: true })
    await keyCard(talk, 'Visa ending 4242')
    const confirm = desk.getByRole('button', { name: 'Confirm £10.50' })
    await confirm.waitFor()
    expect(await house.ledger('confirm-1')).toEqual([])
    await confirm.click()
    await resultIs(desk, 'approved')
    expect(await house.ledger('confirm-1')).toHaveLength(1)
  })

  it('charges nothing when the agent cancels, and the next payment on the call is another', async () => {
    const talk = await house.talk()
    const { desk, phone } = talk
    await takePayment(desk, { reference: 'cancelled-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '42424')
    await dotsAre(desk, 'pan', 5)
    await desk.getByRole('button', { name: 'Cancel payment' }).click()
    await resultIs(desk, 'nothing-taken')
    await lightIs(desk, 'open')
    expect(await house.ledger('cancelled-1')).toEqual([])
    await desk.getByRole('button', { name: 'New payment on this call' }).click()
    await takePayment(desk, { reference: 'cancelled-2' })
    await keyCard(talk, 'Visa ending 4242')
    await resultIs(desk, 'approved')
  })

  it('stops when the caller presses star twice, and can ask again', async () => {
    const talk = await house.talk()
    const { desk, phone } = talk
    await takePayment(desk, { reference: 'starred-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '42**')
    await stepSays(desk, 'The caller cancelled with **. Nothing was charged.')
    await lightIs(desk, 'open')
    await desk.getByRole('button', { name: 'Ask for the card again' }).click()
    await keyCard(talk, 'Visa ending 4242')
    await resultIs(desk, 'approved')
  })
})

/** Presses Tab until the element with this text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  const passed: string[] = []
  while (passed.length < 20) {
    await page.keyboard.press('Tab')
    const at = await focused(page)
    if (at === text) return
    passed.push(at)
  }
  throw new Error(`no "${text}" among ${JSON.stringify(passed)}`)
}

const says = (desk: Page, text: string) =>
  desk.locator('live-announcer p').filter({ hasText: text }).waitFor({ state: 'attached' })

describeInBrowser('a payment by the keyboard alone', () => {
  it('is taken, spoken of, and leaves the focus where the agent goes on', async () => {
    const desk = await house.open('control')
    await desk.getByRole('button', { name: 'Log in' }).waitFor()
    await desk.keyboard.type(house.platform.credentials.email)
    await desk.keyboard.press('Tab')
    await desk.keyboard.type(house.platform.credentials.password)
    await desk.keyboard.press('Enter')
    await desk.getByRole('heading', { name: 'Live calls' }).waitFor()
    const phone = await house.open('simulator')
    await tabTo(phone, 'Call')
    await phone.keyboard.press('Enter')
    await phone.getByTestId('call-state').filter({ hasText: 'Connected' }).waitFor()
    await says(desk, 'Call from +447700900123.')
    await desk.getByTestId('call-state').filter({ hasText: 'Live' }).waitFor()
    await desk.keyboard.press('Tab')
    await desk.keyboard.type('10.50')
    await desk.keyboard.press('Tab')
    await desk.keyboard.press('Tab')
    await desk.keyboard.type('keyboard-1')
    await desk.keyboard.press('Enter')
    await says(desk, 'Secured. The caller can key the card.')
    await expect.poll(() => focused(desk), soon).toBe('Card for £10.50 · keyboard-1')
    for (const [field, keys] of [
      ['pan', '4242424242424242'],
      ['expiry', expiryIn(2, systemClock.now())],
    ] as const) {
      await asked(desk, field)
      for (const key of keys) await phone.keyboard.press(key, { delay: 80 })
    }
    await says(desk, 'Card number accepted: Visa.')
    await tabTo(desk, 'More time')
    await desk.keyboard.press('Enter')
    await asked(desk, 'csc')
    for (const key of '123') await phone.keyboard.press(key, { delay: 80 })
    await says(desk, 'Approved: £10.50.')
    await expect.poll(() => focused(desk), soon).toBe('Approved')
    await tabTo(desk, 'New payment on this call')
    await desk.keyboard.press('Enter')
    await desk.getByLabel('Amount').waitFor()
  })
})

describeInBrowser('a screen reader', () => {
  it('finds a role and a name for everything on the desk and on the phone', async () => {
    const { desk, phone, number } = await house.talk()
    const trees = [await desk.locator('body').ariaSnapshot(), await phone.locator('body').ariaSnapshot()]
    for (const control of [
      'textbox "Amount"',
      'combobox "Currency"',
      'textbox "Reference"',
      'checkbox "Ask me before the card is charged"',
      'button "Take payment"',
      'group "Line protection"',
      'navigation "Calls"',
      'button "Log out"',
      `button "${number} Live"`,
    ])
      expect(trees[0]).toContain(control)
    for (const control of ['button "Hang up"', 'group "Keypad"', 'button "Star"', 'textbox "Your number"'])
      expect(trees[1]).toContain(control)
    await takePayment(desk, { reference: 'reader-1' })
    await asked(desk, 'pan')
    await keyForMe(phone, 'Visa ending 4242', 'pan')
    await asked(desk, 'expiry')
    const during = await desk.locator('body').ariaSnapshot()
    for (const part of [
      'timer "Time left"',
      'list "Card details"',
      'img "Card number: 16 digits keyed"',
      'img "Security code: 0 digits keyed"',
      'button "Clear card number"',
      'button "More time"',
      'button "Use another card"',
      'button "Cancel payment"',
    ])
      expect(during).toContain(part)
    for (const page of [desk, phone]) expect(await page.getByRole('button', { name: /^$/ }).count()).toBe(0)
  })
})
