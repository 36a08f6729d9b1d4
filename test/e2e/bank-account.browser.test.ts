import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import { asked, clickKeys, DeskAndPhone, fieldIs, resultIs, soon } from './desk-and-phone.ts'

const house = new DeskAndPhone()

describeInBrowser('a bank account on the desk', () => {
  it('is chosen where the currency has one, keyed by the caller, and not shown as paid before the bank has paid', async () => {
    const { desk, phone } = await house.talk()
    const form = desk.locator('payment-form')
    await form.getByLabel('Amount').fill('42.00')
    await form.getByLabel('Reference').fill('bank-1')
    await form.getByLabel('Currency').selectOption('EUR')
    expect(await form.getByLabel('The caller keys').count()).toBe(0)
    await form.getByLabel('Currency').selectOption('GBP')
    await form.getByLabel('The caller keys').selectOption('account')
    await form.getByRole('button', { name: 'Take payment' }).click()
    await form.getByText('Ask whose account it is, and fill in all of it.').waitFor()
    await form.getByLabel('Name on the account').fill('Jo Miller')
    await form.getByRole('button', { name: 'Take payment' }).click()
    await form.getByText('Ask the caller whether they agree to the debit, and tick the box.').waitFor()
    await form.getByLabel('The caller agrees that the account is debited').check()
    await form.getByRole('button', { name: 'Take payment' }).click()

    await asked(desk, 'sort-code')
    await house.shoot(desk, 'bank-account-asked')
    await clickKeys(phone, '108800')
    await asked(desk, 'account-number')
    await fieldIs(desk, 'sort-code', 'accepted')
    await clickKeys(phone, '00012345')

    // A machine that is busy for as long as the sandbox's bank takes shows the end at once.
    await desk.getByTestId('result').waitFor()
    expect(await desk.getByTestId('result').innerText()).toMatch(
      /Nothing is taken before the bank pays|has been taken/,
    )
    await house.shoot(desk, 'bank-account-at-the-bank')
    await resultIs(desk, 'approved')
    await desk.getByText('Bank account ending 2345').first().waitFor()
    expect(await house.payment('bank-1')).toMatchObject({ status: 'captured', brand: 'bank-account' })
    await expect
      .poll(async () => (await house.ledger('bank-1')).map(({ kind }) => kind), soon)
      .toEqual(['authorisation', 'capture'])
  })
})
