import { expect, it } from 'vitest'
import type { GatewayStatus, PlatformStatus } from '../../src/contracts/platform-status.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskHarness } from './desk-harness.ts'
import { aCall, aSession } from './examples.ts'

const desk = new DeskHarness()
const supervisor = { ...aSession, rights: [...aSession.rights, 'platform:read'] }
const at = 1_768_478_400_000

const gateway: GatewayStatus = {
  gateway: 'main',
  connector: 'stripe',
  breaker: 'closed',
  retryAt: null,
  calls: 40,
  failures: 2,
  repeats: 1,
  medianMs: 640,
  p95Ms: 2_310,
  unknown: { count: 0, oldestAt: null },
}
const status = (changes: Partial<GatewayStatus> = {}): PlatformStatus => ({
  ...{ at, vault: 'up', bridge: 'up', store: 'up' },
  gateways: [{ ...gateway, ...changes }],
  outbox: { waiting: 3, oldestAt: at - 45_000 },
})

describeInBrowser('the status page', () => {
  it('shows a supervisor how the gateway does, beside the calls and not instead of them', async () => {
    const page = await desk.open({}, supervisor)
    desk.control.status = status()
    await desk.logIn(page)
    desk.control.tell({ type: 'call', call: aCall() })
    await page.getByRole('button', { name: 'Status' }).click()
    const row = page.locator('[data-gateway="main"]')
    expect(await row.innerText()).toMatch(/In order\s+40\s+2 \(5 %\)\s+1\s+640 ms, 2310 ms\s+0/)
    await page.getByText('Events that wait to be delivered: 3, the oldest for 45 seconds').waitFor()
    await page.getByRole('heading', { name: 'Live calls' }).waitFor()
    await desk.shoot(page, 'status')
  })

  it('says in words that no card is asked for, for how long, and what is unknown', async () => {
    const page = await desk.open({}, supervisor)
    const unknown = { count: 2, oldestAt: at - 300_000 }
    desk.control.status = status({ breaker: 'open', retryAt: at + 12_000, unknown })
    await desk.logIn(page)
    await page.getByRole('button', { name: 'Status' }).click()
    await page.getByText('Failing: no card is asked for; a card is let through in 12 seconds').waitFor()
    await page.getByText('2, the oldest for 5 minutes').waitFor()
    desk.control.status = status()
    await page.getByText('In order').waitFor({ timeout: 15_000 })
  })

  it('says so when it cannot be read', async () => {
    const page = await desk.open({}, supervisor)
    await desk.logIn(page)
    await page.getByRole('button', { name: 'Status' }).click()
    await page.getByText('The status cannot be read').waitFor()
  })

  it('is not offered to agents', async () => {
    const page = await desk.open()
    await desk.logIn(page)
    expect(await page.getByRole('button', { name: 'Status' }).count()).toBe(0)
  })
})
