import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskHarness, fields, paid } from './desk-harness.ts'
import { focused } from './focused.ts'

const desk = new DeskHarness()
const spoken = (page: Page) => page.locator('live-announcer').locator('#polite').textContent()

/** The card has been asked for, and nothing is keyed yet. */
async function atCard(): Promise<Page> {
  const page = await desk.onCall()
  desk.control.tell(paid({}, {}))
  await page.getByTestId('aloud').waitFor()
  return page
}

describeInBrowser('what helps a caller beside an agent', () => {
  it('is nothing until it is chosen; beeps, or prompts in a language, are ordered for the call and stay chosen', async () => {
    const page = await atCard()
    const prompts = page.getByTestId('prompts')
    expect(await prompts.inputValue()).toBe('silence')
    expect(await page.getByTestId('locale').count()).toBe(0)
    await prompts.selectOption('beeps')
    await expect.poll(() => desk.control.assistance).toMatchObject({ prompts: 'beeps', muteCaller: false })
    await prompts.selectOption('spoken')
    await page.getByTestId('locale').selectOption('pl-PL')
    await expect.poll(() => desk.control.assistance).toMatchObject({ prompts: 'spoken', locale: 'pl-PL' })
    desk.control.tell(paid({}, { fields: fields(16, 2, 0), brand: 'visa', last4: '4242' }))
    await page.getByTestId('card').waitFor()
    expect(await prompts.inputValue()).toBe('spoken')
    await prompts.selectOption('silence')
    await expect.poll(() => desk.control.assistance).toMatchObject({ prompts: 'silence' })
  })

  it('warns while the number is being keyed, also those who hear the desk, and mutes the caller by one press', async () => {
    const page = await atCard()
    expect(await page.getByTestId('mute-now').count()).toBe(0)
    desk.control.tell(paid({}, { fields: fields(3, 0, 0) }))
    await page.locator('[data-testid=aloud][data-now]').waitFor()
    await expect.poll(() => spoken(page)).toContain('is being keyed. Stop the caller if they read it aloud.')
    await page.getByTestId('mute-now').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => desk.control.assistance.muteCaller).toBe(true)
    await page.getByText('You do not hear the caller until it is complete.').waitFor()
    expect(await focused(page)).toBe('Hear the caller again')
    expect(await page.getByTestId('mute').isChecked()).toBe(true)
    await desk.shoot(page, 'aloud')
    desk.control.tell(paid({}, { fields: fields(16, 1, 0), brand: 'visa', last4: '4242' }))
    await page.locator('[data-testid=aloud]:not([data-now])').waitFor()
  })
})
