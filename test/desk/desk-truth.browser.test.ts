import { expect, it } from 'vitest'
import { describeInBrowser } from '../support/chromium.ts'
import { DeskHarness, fields, lightIs, paid, up } from './desk-harness.ts'
import { aPayment } from './examples.ts'

const desk = new DeskHarness()

describeInBrowser('when a part of the platform is away', () => {
  it('nothing can be started, and the desk says why', async () => {
    const page = await desk.onCall()
    desk.control.tell({ type: 'platform', vault: 'down', bridge: 'up' })
    await page.getByTestId('platform-banner').filter({ hasText: 'card vault' }).waitFor()
    expect(await page.getByRole('button', { name: 'Take payment' }).isDisabled()).toBe(true)
    expect(await page.getByTestId('why-no-payment').textContent()).toContain('card vault')
    await desk.shoot(page, 'vault-down')
    desk.control.tell(up)
    await expect.poll(() => page.getByRole('button', { name: 'Take payment' }).isEnabled()).toBe(true)
  })

  it('the light is not green while the stream is lost, and shows the truth when it is back', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({}, { fields: fields(8, 0, 0) }))
    await lightIs(page, 'secured')
    desk.control.goAway()
    await lightIs(page, 'unknown')
    await page.getByTestId('stream').filter({ hasText: 'Reconnecting' }).waitFor()
    await desk.shoot(page, 'reconnecting')
    desk.control.comeBack()
    await lightIs(page, 'secured')
    desk.control.goAway()
    desk.control.tell(paid({}, { secured: false, fields: fields(8, 0, 0) }))
    desk.control.comeBack()
    await lightIs(page, 'lost')
  })

  it('the light is not green when the stream is silent and the truth has changed', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({}, { fields: fields(8, 0, 0) }))
    await lightIs(page, 'secured')
    // The stream stays open and says nothing: a network that died without a word.
    desk.control.payment = aPayment({}, { secured: false, fields: fields(8, 0, 0) })
    await page.locator('secured-light:not([light="secured"])').waitFor({ timeout: 10_000 })
  })

  it('the light is not green when nobody answers any more, and no connection has broken', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({}, { fields: fields(8, 0, 0) }))
    await lightIs(page, 'secured')
    let answer = () => {}
    desk.control.readGate = new Promise((resolve) => {
      answer = resolve
    })
    await page.locator('secured-light:not([light="secured"])').waitFor({ timeout: 12_000 })
    answer()
    await lightIs(page, 'secured')
  })
})

describeInBrowser('everybody', () => {
  it('finds landmarks, names and states in the accessibility tree', async () => {
    const page = await desk.onCall()
    desk.control.tell(paid({}, { deadlineAt: null, fields: fields(16, 2, 0), brand: 'visa', last4: '4242' }))
    await lightIs(page, 'secured')
    const tree = await page.locator('body').ariaSnapshot()
    expect(tree).toContain('- banner')
    expect(tree).toContain('navigation "Calls"')
    expect(tree).toContain('- main')
    expect(tree).toContain('button "+447700900123 Live · £10.50 INV-7"')
    expect(tree).toContain('group "Line protection"')
    expect(tree).toContain('img "Expiry date: 2 digits keyed"')
    expect(tree).toContain('button "Clear card number"')
    const nameless = await page.getByRole('button', { name: /^$/ }).count()
    expect(nameless).toBe(0)
  })

  for (const [name, options] of [
    ['320-wide', { viewport: { width: 320, height: 700 } }],
    ['zoomed-200', { viewport: { width: 590, height: 430 }, deviceScaleFactor: 2 }],
    ['dark', { colorScheme: 'dark' }],
    ['forced-colours', { forcedColors: 'active' }],
  ] as const) {
    it(`has a desk that fits: ${name}`, async () => {
      const page = await desk.onCall({ ...options, reducedMotion: 'reduce' })
      await desk.shoot(page, `${name}-form`)
      desk.control.tell(
        paid({}, { deadlineAt: Date.now() + 20_000, fields: fields(16, 2, 0), brand: 'visa', last4: '4242' }),
      )
      await lightIs(page, 'secured')
      const spare = await page.evaluate<number>(
        'document.documentElement.clientWidth - document.documentElement.scrollWidth',
      )
      expect(spare).toBeGreaterThanOrEqual(0)
      await desk.shoot(page, name)
    })
  }
})
