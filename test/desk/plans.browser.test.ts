import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { type Harness, harness, ours } from '../control/http/control-harness.ts'
import { merchantId } from '../control/payments/rig.ts'
import { customer, days, PlanRig } from '../control/plans/plan-rig.ts'
import { describeInBrowser, launchChromium } from '../support/chromium.ts'
import { buildPage } from './built-page.ts'
import { focused } from './focused.ts'

const ada = { email: ours.email, name: 'Ada', role: 'agent', password: new Secret(ours.password) } as const
const merchants = [
  { id: merchantId, name: 'One', gatewayId: 'sandbox', agents: [ada], apiKeys: [], webhookEndpoints: [] },
]

/** The built desk on control's own API, with the real plans, a store and a gateway that fails when it is told to. */
let browser: Browser
let deskDir: string
let world: PlanRig
let control: Harness
let page: Page
let origin: string
const complaints: string[] = []
beforeAll(async () => {
  ;[deskDir, browser] = await Promise.all([buildPage('desk'), launchChromium()])
})
afterAll(() => browser?.close())
beforeEach(async () => {
  world = await PlanRig.start()
  const { store, core } = world.rig
  const { connections, records, payments, plans, storedCards } = core
  const parts = { store, connections, records, payments, plans, storedCards }
  control = await harness({ deskDir, clock: world.clock, merchants, parts })
  await control.server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = control.server.app.server.address() as AddressInfo
  page = await (await browser.newContext({ viewport: { width: 1180, height: 900 } })).newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  origin = `http://localhost:${port}/`
  await logIn()
})
afterEach(async () => {
  await page.context().close()
  await control.close()
  await world.close()
  expect(complaints.splice(0)).toEqual([])
})

const openPlans = async () => {
  await page.getByRole('button', { name: 'Plans', exact: true }).click()
  await page.getByRole('heading', { name: 'Plans', exact: true }).waitFor()
}
const logIn = async () => {
  await page.goto(origin)
  await page.getByLabel('E-mail').fill(ours.email)
  await page.getByLabel('Password').fill(ours.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Plans', exact: true }).waitFor()
}
/** Days pass, after which nobody is logged in any more. */
const reopenAfter = async (count: number, reference: string) => {
  await world.pass(days(count))
  await page.context().clearCookies()
  await logIn()
  await openPlans()
  await page.getByRole('button', { name: `Open ${reference}` }).click()
}
/** The page's own fields: the call beside it has a customer too. */
const field = (label: string) => page.locator('plans-page').getByLabel(label, { exact: true })
const says = (testId: string, text: string | RegExp) =>
  page.getByTestId(testId).filter({ hasText: text }).waitFor()

describeInBrowser('plans on the desk', () => {
  it('makes one with a kept card, shows its payments, and pauses, resumes, changes and cancels it', async () => {
    await world.keptCard()
    await openPlans()
    await page.getByRole('button', { name: 'New plan' }).click()
    await field('Customer').fill(customer)
    await field('Customer').press('Tab')
    await field('Card').locator('option').waitFor({ state: 'attached' })
    await page.getByLabel('Amount of each').fill('9,99')
    await field('Reference').fill('SUB-9')
    await field('First date').fill('2026-01-31')
    await field('The customer’s time zone').fill('Europe/London')
    await page.getByRole('button', { name: 'Make the plan' }).click()
    await page.getByRole('alert').filter({ hasText: 'Use a point' }).waitFor()
    await page.getByLabel('Amount of each').fill('9.99')
    await page.getByRole('button', { name: 'Make the plan' }).click()
    await says('plan-status', 'Active')
    await says('plan-card', 'Visa ending 4242, good to 12/2099')
    await reopenAfter(20, 'SUB-9')
    await page.locator('[data-testid=run][data-state=paid]').filter({ hasText: '£9.99' }).waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    await says('plan-done', 'Paused')
    await says('plan-status', 'Paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await says('plan-status', 'Active')
    await page.getByRole('button', { name: 'Change' }).click()
    await page.getByLabel('Amount in GBP').fill('15')
    await page.getByRole('button', { name: 'Change the plan' }).click()
    await says('plan-done', 'Changed')
    await page.getByText('£15.00 each').waitFor()
    await page.getByRole('button', { name: 'Cancel the plan' }).click()
    await page.getByRole('button', { name: 'Yes, cancel it' }).click()
    await says('plan-status', 'Cancelled: somebody ordered it')
    expect(await page.getByRole('button', { name: 'Change' }).count()).toBe(0)
  })

  it('tells how dunning stands, when a card is tried again, and that one ends before the next payment', async () => {
    const storedCardId = await world.keptCard('2026-02')
    await world.plan({ storedCardId })
    world.gateway.fault = () => 'declined'
    await reopenAfter(16.5, 'sub-1')
    await says('plan-dunning', /Declined once.*Next try/)
    await page.locator('[data-testid=run][data-state=open]').waitFor()
    world.gateway.fault = () => 'none'
    await reopenAfter(2, 'sub-1')
    await page.locator('[data-testid=run][data-state=paid]').waitFor()
    await reopenAfter(25.75, 'sub-1')
    await says('plan-card', 'it ends before the next payment')
    await reopenAfter(32, 'sub-1')
    await says('plan-card', 'it has expired')
    await says('plan-status', 'Stopped: the card has expired')
  })

  it('is found by customer, and made from a payment of which the fault is told in words', async () => {
    await world.plan({ storedCardId: await world.keptCard() })
    await openPlans()
    await field('Customer').fill('somebody else')
    await page.getByRole('button', { name: 'Find plans' }).click()
    await page.getByText('No plans here.').waitFor()
    await field('Customer').fill(customer)
    await page.getByRole('button', { name: 'Find plans' }).click()
    await page.getByTestId('plan').filter({ hasText: 'sub-1' }).waitFor()
    await page.getByRole('button', { name: 'New plan' }).click()
    await page.getByLabel('Instalments').check()
    await page.getByLabel('The card of a payment').check()
    await field('Payment').fill('pay_none')
    await page.getByLabel('Amount of all together').fill('120')
    await page.getByLabel('How many parts').fill('3')
    await field('Reference').fill('SOFA-1')
    await field('First date').fill('2026-02-01')
    await page.getByRole('button', { name: 'Make the plan' }).click()
    await page.getByTestId('plan-fault').filter({ hasText: 'no such payment' }).waitFor()
  })

  it('goes by the keyboard alone: the focus is where the next word is read, and never lost', async () => {
    await world.plan({ storedCardId: await world.keptCard() })
    await page.getByRole('button', { name: 'Plans', exact: true }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Plans')
    await page.getByRole('button', { name: 'Open sub-1' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toContain('sub-1 · Renewals')
    await page.getByRole('button', { name: 'Change' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toBe('Change sub-1')
    await page.getByRole('button', { name: 'Leave it as it is' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toContain('sub-1 · Renewals')
    await page.getByRole('button', { name: 'Cancel the plan' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toContain('Cancel sub-1 for good?')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says('plan-status', 'Cancelled')
    await expect.poll(() => focused(page)).toContain('sub-1 · Renewals')
  })
})
