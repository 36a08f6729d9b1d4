import { mkdtemp } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Harness, harness, ours } from '../control/http/control-harness.ts'
import { describeInBrowser, launchChromium } from '../support/chromium.ts'
import { buildPage } from './built-page.ts'

/** The built desk on control's own API and a real store. */
let browser: Browser
let deskDir: string
let shots: string
let control: Harness
let page: Page
const complaints: string[] = []
beforeAll(async () => {
  ;[deskDir, browser] = await Promise.all([buildPage('desk'), launchChromium()])
  shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))
})
afterAll(() => browser?.close())
beforeEach(async () => {
  control = await harness({ deskDir })
  await control.server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = control.server.app.server.address() as AddressInfo
  page = await (await browser.newContext({ viewport: { width: 1180, height: 900 } })).newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`http://localhost:${port}/`)
  await page.getByLabel('E-mail').fill(ours.email)
  await page.getByLabel('Password').fill(ours.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('button', { name: 'Results' }).click()
  await page.getByRole('heading', { name: 'Results' }).waitFor()
})
afterEach(async () => {
  await page.context().close()
  await control.close()
  expect(complaints.splice(0)).toEqual([])
})

/** The page's own view of it: tests have no types of the DOM. */
const backgroundOf = (cell: unknown) => {
  const page = globalThis as unknown as { getComputedStyle(one: unknown): { backgroundColor: string } }
  return page.getComputedStyle(cell).backgroundColor
}

describeInBrowser('the results page', () => {
  it('makes an endpoint, shows its secret once, tries it, and lists what was to be delivered', async () => {
    await page.getByRole('tab', { name: 'Webhook endpoints' }).click()
    await page.getByLabel('New endpoint').fill('https://169.254.169.254/latest')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('alert').filter({ hasText: 'inside a network' }).waitFor()
    await page.getByLabel('New endpoint').fill('https://crm.example/hooks')
    await page.getByRole('button', { name: 'Add' }).click()
    expect(await page.getByTestId('secret').textContent()).toMatch(/^whsec_/)
    await page.getByRole('button', { name: 'Test', exact: true }).click()
    await page.getByText('A test event is on its way').waitFor()
    expect(await page.getByTestId('secret').count()).toBe(0)
    await page.screenshot({ path: path.join(shots, 'endpoints.png') })
    await page.getByRole('tab', { name: 'Deliveries' }).click()
    await page.getByTestId('delivery').waitFor()
    expect(await page.getByTestId('delivery').textContent()).toContain('webhook.test')
    await control.store.db.updateTable('outbox').set({ state: 'dead', attempts: 10 }).execute()
    await page.getByLabel('Show').selectOption('dead')
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.locator('[data-testid=delivery][data-state=waiting]').waitFor()
    await page.screenshot({ path: path.join(shots, 'deliveries.png') })
  })

  it('shows a receipt as it would come out, before anything is stored', async () => {
    await page.getByRole('tab', { name: 'Receipts' }).click()
    const frame = page.frameLocator('iframe')
    await frame.locator('.amount').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Harbour Lane Books')
    await page.getByLabel('Colour').fill('#f2b705')
    await page.getByRole('button', { name: 'Preview' }).click()
    // Its styles are its own: the desk's policy would refuse them.
    const band = frame.locator('td.pad').filter({ hasText: 'Harbour Lane Books' }).first()
    await band.waitFor()
    expect(await band.evaluate(backgroundOf)).toBe('rgb(242, 183, 5)')
    await page.screenshot({ path: path.join(shots, 'receipt-studio.png'), fullPage: true })
    await page.getByLabel('Template', { exact: true }).fill('{{pan}}')
    await page.getByRole('button', { name: 'Save both' }).click()
    await page.getByRole('alert').filter({ hasText: 'there is no field' }).waitFor()
    await page.getByLabel('Template', { exact: true }).fill('<p>{{amount}} {{receiptNumber}}</p>')
    await page.getByRole('button', { name: 'Save both' }).click()
    await page.getByText('Saved: the next').waitFor()
    const stored = await control.store.db.selectFrom('receipt_templates').selectAll().execute()
    expect(stored.map(({ kind, part }) => [kind, part])).toEqual([['sale', 'email-html']])
  })
})
