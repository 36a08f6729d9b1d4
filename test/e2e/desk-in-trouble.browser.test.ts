import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import {
  asked,
  clickKeys,
  DeskAndPhone,
  dotsAre,
  fieldIs,
  fillForm,
  keyCard,
  keyField,
  keyForMe,
  lightIs,
  openCall,
  resultIs,
  soon,
  stepSays,
  takePayment,
} from './desk-and-phone.ts'

const house = new DeskAndPhone()

describeInBrowser('when the caller hangs up', () => {
  it('in the middle of the number, the desk says so, and nothing is charged', async () => {
    const { desk, phone } = await house.talk()
    await takePayment(desk, { reference: 'gone-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '42424')
    await dotsAre(desk, 'pan', 5)
    await phone.getByRole('button', { name: 'Hang up' }).click()
    await desk.getByTestId('call-state').filter({ hasText: 'Ended' }).waitFor()
    await stepSays(desk, 'The caller hung up. Nothing was charged.')
    expect(await desk.locator('secured-light').count()).toBe(0)
    expect(await desk.getByRole('button', { name: 'Ask for the card again' }).isDisabled()).toBe(true)
    expect(await house.ledger('gone-1')).toEqual([])
  })
})

describeInBrowser('when the bridge is killed in the middle of the number', () => {
  it('the light goes out, the desk says what happened, and the same call can pay afterwards', async () => {
    const talk = await house.talk()
    const { desk, phone } = talk
    await takePayment(desk, { reference: 'killed-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '42424')
    await dotsAre(desk, 'pan', 5)
    process.kill(house.platform.pidOf('bridge') ?? 0, 'SIGKILL')
    await desk.locator('secured-light:not([light="secured"])').waitFor()
    await stepSays(desk, 'The connection to the phone line was lost. Nothing was charged.')
    await expect
      .poll(() => desk.getByRole('button', { name: 'Ask for the card again' }).isEnabled(), soon)
      .toBe(true)
    await phone.getByTestId('call-state').filter({ hasText: 'Connected' }).waitFor()
    await desk.getByTestId('call-state').filter({ hasText: 'Live' }).waitFor()
    await desk.getByRole('button', { name: 'Ask for the card again' }).click()
    await keyCard(talk, 'Visa ending 4242')
    await resultIs(desk, 'approved')
    expect(await house.ledger('killed-1')).toHaveLength(1)
  })
})

describeInBrowser('when the desk is loaded anew', () => {
  it('in the middle of the number, it shows the same collection, and the payment goes on', async () => {
    const talk = await house.talk()
    const { desk, phone } = talk
    await takePayment(desk, { reference: 'reload-1' })
    await asked(desk, 'pan')
    await clickKeys(phone, '424242')
    await dotsAre(desk, 'pan', 6)
    await desk.reload()
    await openCall(desk, talk.number)
    await lightIs(desk, 'secured')
    await dotsAre(desk, 'pan', 6)
    await desk.getByRole('timer').waitFor()
    await clickKeys(phone, '4242424242')
    await fieldIs(desk, 'pan', 'accepted')
    for (const field of ['expiry', 'csc'] as const)
      await keyField(talk, field, () => keyForMe(phone, 'Visa ending 4242', field))
    await resultIs(desk, 'approved')
    await desk.reload()
    await openCall(desk, talk.number)
    await resultIs(desk, 'approved')
  })
})

describeInBrowser('when the gateway takes the money and does not say so', () => {
  it('the desk says that the outcome is not known, and then what it was', async () => {
    const talk = await house.talk()
    const { desk } = talk
    // £9,111.04: the sandbox commits, and resets the connection. It is asked again within a second.
    await takePayment(desk, { reference: 'unknown-1', amount: '9111.04' })
    await keyCard(talk, 'Visa ending 4242')
    const said = desk.locator('live-announcer p').filter({ hasText: 'Do not take the payment again.' })
    await said.waitFor({ state: 'attached' })
    await resultIs(desk, 'approved')
    expect(await house.ledger('unknown-1')).toHaveLength(1)
  })

  it('nothing can be taken again while nobody knows', async () => {
    const talk = await house.talk()
    const { desk } = talk
    const gateway = house.platform.pidOf('sandbox') ?? 0
    // £9,111.01: the sandbox commits, and never answers. Then it is away as well, when it is asked.
    await takePayment(desk, { reference: 'unknown-2', amount: '9111.01' })
    await keyCard(talk, 'Visa ending 4242')
    await expect.poll(() => house.ledger('unknown-2'), soon).toHaveLength(1)
    process.kill(gateway, 'SIGSTOP')
    try {
      await resultIs(desk, 'unknown')
      expect(await desk.getByTestId('result').textContent()).toContain('Do not take the payment again')
      for (const name of ['Use another card', 'New payment on this call', 'Take payment'])
        expect(await desk.getByRole('button', { name }).count()).toBe(0)
    } finally {
      process.kill(gateway, 'SIGCONT')
    }
    await resultIs(desk, 'approved')
    expect(await house.ledger('unknown-2')).toHaveLength(1)
  })
})

describeInBrowser('two desks of one agent', () => {
  it('show the same, whichever of them acts', async () => {
    const talk = await house.talk()
    const { desk } = talk
    const other = await house.desk()
    await openCall(other, talk.number)
    await takePayment(desk, { reference: 'two-1' })
    await Promise.all([asked(desk, 'pan'), asked(other, 'pan')])
    await clickKeys(talk.phone, '424')
    await Promise.all([dotsAre(desk, 'pan', 3), dotsAre(other, 'pan', 3)])
    await other.getByRole('button', { name: 'Clear card number' }).click()
    await Promise.all([dotsAre(desk, 'pan', 0), dotsAre(other, 'pan', 0)])
    await keyCard(talk, 'Visa ending 4242')
    await Promise.all([resultIs(desk, 'approved'), resultIs(other, 'approved')])
    await Promise.all([lightIs(desk, 'open'), lightIs(other, 'open')])
  })

  it('make one payment of a double click', async () => {
    const { desk, phone, number } = await house.talk()
    await fillForm(desk, { reference: 'double-1' })
    await desk.getByRole('button', { name: 'Take payment' }).dblclick()
    await asked(desk, 'pan')
    await keyCard({ desk, phone, number }, 'Visa ending 4242')
    await resultIs(desk, 'approved')
    const made = [...house.watch.payments.values()].filter(({ reference }) => reference === 'double-1')
    expect(made).toHaveLength(1)
    expect(await house.ledger('double-1')).toHaveLength(1)
  })

  it('charge once when both take the payment at the same moment', async () => {
    const talk = await house.talk()
    const { desk } = talk
    const other = await house.desk()
    await openCall(other, talk.number)
    const both = [desk, other]
    for (const page of both) await fillForm(page, { reference: 'both-1' })
    const buttons = await Promise.all(
      both.map((page) => page.getByRole('button', { name: 'Take payment' }).elementHandle()),
    )
    await Promise.all(buttons.map((button) => button?.dispatchEvent('click')))
    await Promise.all(both.map((page) => asked(page, 'pan')))
    await house.shoot(desk, 'both-1')
    await house.shoot(other, 'both-2')
    await keyCard(talk, 'Visa ending 4242')
    await Promise.all(both.map((page) => resultIs(page, 'approved')))
    expect(await house.ledger('both-1')).toHaveLength(1)
    // The second desk was refused, and said so: a caller's digits go to one collection only.
    house.forgive(/status of 409/)
  })
})
