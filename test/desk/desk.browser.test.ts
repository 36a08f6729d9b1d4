import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DeskEvent, PaymentResource } from '../../src/contracts/desk-port.ts'
import { buildPage } from './built-page.ts'
import { launchChromium } from './chromium.ts'
import { aCall, aField, aPayment, type CollectionChanges } from './examples.ts'
import { problem, ScriptedControl } from './scripted-control.ts'

const shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))

let deskDir: string
let browser: Browser
let control: ScriptedControl
const complaints: string[] = []

const up: DeskEvent = { type: 'platform', vault: 'up', bridge: 'up' }
const paid = (changes: Partial<PaymentResource>, collection: CollectionChanges | null = null): DeskEvent => ({
  type: 'payment',
  payment: aPayment(changes, collection),
})
const fields = (pan: number, expiry: number, csc: number) => [
  aField('pan', pan === 16 ? { state: 'accepted', length: 16 } : { state: 'keying', length: pan }),
  aField('expiry', expiry === 4 ? { state: 'accepted', length: 4 } : { length: expiry }),
  aField('csc', csc === 3 ? { state: 'accepted', length: 3 } : { length: csc }),
]

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...options })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(control.origin)
  return page
}

async function logIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('robin@example.com')
  await page.getByLabel('Password').fill('a password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Live calls' }).waitFor()
}

/** Logged in, a live call open, the platform up. */
async function onCall(options: BrowserContextOptions = {}): Promise<Page> {
  control = await ScriptedControl.start(deskDir)
  control.tell({ type: 'reset' })
  control.tell(up)
  control.tell({ type: 'call', call: aCall() })
  const page = await open(options)
  await logIn(page)
  await page.getByRole('button', { name: 'Take payment' }).waitFor()
  return page
}

const light = (page: Page) => page.locator('secured-light')
const lightIs = (page: Page, value: string) => page.locator(`secured-light[light="${value}"]`).waitFor()
const spoken = (page: Page) => page.locator('live-announcer').locator('#polite').textContent()
const focused = (page: Page) =>
  page.evaluate<string>(`(() => {
    let at = document.activeElement
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
    return at?.textContent?.trim().replace(/\\s+/g, ' ') ?? ''
  })()`)
const shoot = (page: Page, name: string) =>
  page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true })

beforeAll(async () => {
  ;[deskDir, browser] = await Promise.all([buildPage('desk'), launchChromium()])
  console.log(`screenshots: ${shots}`)
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
  await control.close()
  expect(complaints.splice(0)).toEqual([])
})
afterAll(() => browser.close())

describe('logging in', () => {
  it('says what the API says when it is refused, and opens the desk when it is not', async () => {
    control = await ScriptedControl.start(deskDir)
    control.refusals.set('/v1/sessions', problem(401))
    const page = await open()
    await page.getByLabel('E-mail').fill('robin@example.com')
    await page.getByLabel('Password').fill('wrong')
    await shoot(page, 'log-in')
    await page.getByRole('button', { name: 'Log in' }).click()
    expect(await page.getByRole('alert').filter({ hasText: 'wrong' }).textContent()).toContain('is wrong')
    await logIn(page)
    expect(control.posted.map(({ body }) => body.password)).toEqual(['wrong', 'a password'])
    expect(new Set(control.posted.map(({ key }) => key)).size).toBe(2)
    await shoot(page, 'no-calls')
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'Log in to the desk' }).waitFor()
  })

  it('comes back when the session has ended elsewhere', async () => {
    const page = await onCall()
    control.loggedIn = false
    control.refusals.set('/v1/payments', problem(401))
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.getByText('Your session has ended').waitFor()
  })
})

describe('taking a payment', () => {
  it('goes from the form to the result, and is green only while the mask is confirmed', async () => {
    const page = await onCall()
    await shoot(page, 'form')
    await lightIs(page, 'open')
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).click()

    control.tell(paid({}, { state: 'arming', secured: false, fields: fields(0, 0, 0) }))
    await lightIs(page, 'securing')
    await shoot(page, 'securing')
    expect(control.posted.slice(1).map(({ path }) => path)).toEqual([
      '/v1/payments',
      '/v1/payments/pay_01jd3f9000000000000000000a/arm',
    ])
    expect(control.posted[1]?.body).toMatchObject({ amountMinor: 1050, currency: 'GBP', reference: 'INV-7' })

    control.tell(paid({}, { deadlineAt: Date.now() + 240_000, fields: fields(12, 0, 0), brand: 'visa' }))
    await lightIs(page, 'secured')
    expect(await page.getByRole('img', { name: 'Card number: 12 digits keyed' }).count()).toBe(1)
    expect(await page.getByRole('timer').textContent()).toMatch(/[34]:\d\d left/)
    await shoot(page, 'keying')

    control.tell(paid({}, { fields: fields(16, 2, 0), brand: 'visa', last4: '4242', secured: false }))
    await lightIs(page, 'lost')
    await shoot(page, 'lost')
    control.tell(paid({}, { fields: fields(16, 4, 3), brand: 'visa', last4: '4242', secured: true }))
    await lightIs(page, 'secured')
    expect(await page.getByTestId('card').textContent()).toBe('Visa ending 4242')
    expect(await spoken(page)).toContain('Card number accepted: Visa ending 4242.')

    control.tell(
      paid(
        { status: 'captured', brand: 'visa', last4: '4242', authCode: 'A1B2C3', gatewayRef: 'gw_1' },
        { state: 'ended', secured: false, fields: fields(16, 4, 3), brand: 'visa', last4: '4242' },
      ),
    )
    await page.getByRole('heading', { name: 'Approved' }).waitFor()
    expect(await light(page).getAttribute('light')).toBe('open')
    expect(await page.getByText('A1B2C3').count()).toBe(1)
    expect(await focused(page)).toBe('Approved')
    expect(await spoken(page)).toContain('Approved: £10.50.')
    await shoot(page, 'approved')

    await page.getByRole('button', { name: 'New payment on this call' }).click()
    await page.getByLabel('Amount').waitFor()
  })

  it('is one intent however often the button is pressed', async () => {
    const page = await onCall()
    let release = () => {}
    control.gate = new Promise((resolve) => {
      release = resolve
    })
    await page.getByLabel('Amount').fill('10.50')
    await page.getByLabel('Reference').fill('INV-7')
    await page.getByRole('button', { name: 'Take payment' }).dblclick()
    await page.getByLabel('Reference').press('Enter')
    release()
    await page.getByText('The card has not been asked for yet').waitFor()
    expect(control.posted.filter(({ path }) => path === '/v1/payments')).toHaveLength(1)
    expect(control.posted.filter(({ path }) => path.endsWith('/arm'))).toHaveLength(1)
  })

  it('says at each field what is wrong, and goes to the first', async () => {
    const page = await onCall()
    await page.getByLabel('Amount').fill('10,50')
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.getByText('Use a point for decimals').waitFor()
    expect(await page.getByText('Enter the order or invoice number.').count()).toBe(1)
    expect(await page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Amount').evaluate((input) => input.matches(':focus'))).toBe(true)
    await shoot(page, 'faults')
    await page.getByLabel('Currency').selectOption('JPY')
    await page.getByLabel('Amount').fill('1050')
    await page.getByLabel('Reference').fill('INV-7')
    const refusal = { field: '/reference', detail: 'That looks like a card number.' }
    control.refusals.set('/v1/payments', problem(422, refusal))
    await page.getByRole('button', { name: 'Take payment' }).click()
    await page.locator('#reference-fault').filter({ hasText: 'card number' }).waitFor()
    expect(control.posted[1]?.body).toMatchObject({ amountMinor: 1050, currency: 'JPY' })
  })

  it('can be done with the keyboard alone', async () => {
    const page = await onCall()
    await page.getByLabel('Amount').focus()
    await page.keyboard.type('10.50')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('INV-7')
    await page.keyboard.press('Enter')
    const asked = { deadlineAt: Date.now() + 240_000, fields: fields(16, 0, 0) }
    control.tell(paid({ confirm: 'manual' }, asked))
    await page.getByRole('heading', { name: /Card for £10.50/ }).waitFor()
    await expect.poll(() => focused(page)).toContain('Card for £10.50')
    const visited: string[] = []
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab')
      visited.push(await focused(page))
    }
    expect(visited).toEqual(['Clear', 'More time', 'Use another card', 'Cancel payment'])
    await page.keyboard.press('Space')
    await expect.poll(() => control.posted.at(-1)?.path).toMatch(/\/cancel$/)
    control.tell(paid({ status: 'cancelled' }, { state: 'ended', secured: false, why: 'agent-cancelled' }))
    await expect.poll(() => focused(page)).toBe('Payment cancelled')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Take payment' }).waitFor()
  })

  it('offers every command while it collects, and asks before it charges when told so', async () => {
    const page = await onCall()
    control.tell(paid({ confirm: 'manual' }, { fields: fields(16, 2, 0) }))
    await page.getByRole('button', { name: 'Clear card number' }).click()
    await page.getByRole('button', { name: 'More time' }).click()
    await page.getByRole('button', { name: 'Use another card' }).click()
    const collected = { state: 'collected', fields: fields(16, 4, 3), brand: 'visa', last4: '4242' } as const
    control.tell(paid({ confirm: 'manual', status: 'ready' }, collected))
    await shoot(page, 'confirm')
    await page.getByRole('button', { name: 'Confirm £10.50' }).click()
    await expect.poll(() => control.posted.length).toBe(5)
    expect(control.posted.slice(1).map(({ path, body }) => [path.split('/').at(-1), body])).toEqual([
      ['clear-field', { field: 'pan' }],
      ['extend', { bySeconds: 60 }],
      ['another-card', {}],
      ['confirm', {}],
    ])
  })
})

describe('a collection that ends without a card', () => {
  it('says why, keeps the payment, and asks again when told to', async () => {
    const page = await onCall()
    control.tell(paid({}, { fields: fields(5, 0, 0) }))
    await page.getByRole('button', { name: 'Clear card number' }).focus()
    const ended = { state: 'ended', secured: false, why: 'between-digits-timeout' } as const
    control.tell(paid({ status: 'created' }, { ...ended, fields: fields(0, 0, 0) }))
    await page.getByText('The caller stopped keying for too long. Nothing was charged.').first().waitFor()
    await expect.poll(() => focused(page)).toContain('Card for £10.50')
    await shoot(page, 'ended')
    await page.getByRole('button', { name: 'Ask for the card again' }).click()
    await expect.poll(() => control.posted.at(-1)?.path).toMatch(/\/arm$/)
    control.tell({ type: 'call', call: aCall({ status: 'ended', caller: 'left' }) })
    await page.getByText('The call has ended.').waitFor()
    expect(await page.getByRole('button', { name: 'Ask for the card again' }).isDisabled()).toBe(true)
  })
})

describe('the result', () => {
  it('of a decline is the advice, and another card', async () => {
    const page = await onCall()
    const advice = 'Not enough funds. Ask for another card.'
    const decline = { reason: 'insufficient-funds', gatewayCode: '51', retry: 'other-card', advice } as const
    control.tell(paid({ status: 'declined', decline, brand: 'visa', last4: '9995' }))
    await page.getByText(advice).first().waitFor()
    await shoot(page, 'declined')
    await page.getByRole('button', { name: 'Use another card' }).click()
    await expect.poll(() => control.posted.at(-1)?.path).toMatch(/\/another-card$/)
  })

  it('of an unknown outcome offers nothing that could charge twice', async () => {
    const page = await onCall()
    control.tell(paid({ status: 'unknown', brand: 'visa', last4: '4242' }))
    await page.getByRole('heading', { name: 'Outcome not yet known' }).waitFor()
    expect(await page.locator('main').getByRole('button').count()).toBe(0)
    await shoot(page, 'unknown')
    control.tell({ type: 'call', call: aCall({ status: 'ended', endedAt: Date.now() }) })
    await page.getByRole('heading', { name: 'Being looked into' }).waitFor()
  })
})

describe('when a part of the platform is away', () => {
  it('nothing can be started, and the desk says why', async () => {
    const page = await onCall()
    control.tell({ type: 'platform', vault: 'down', bridge: 'up' })
    await page.getByTestId('platform-banner').filter({ hasText: 'card vault' }).waitFor()
    expect(await page.getByRole('button', { name: 'Take payment' }).isDisabled()).toBe(true)
    expect(await page.getByTestId('why-no-payment').textContent()).toContain('card vault')
    await shoot(page, 'vault-down')
    control.tell(up)
    await expect.poll(() => page.getByRole('button', { name: 'Take payment' }).isEnabled()).toBe(true)
  })

  it('the light is not green while the stream is lost, and shows the truth when it is back', async () => {
    const page = await onCall()
    control.tell(paid({}, { fields: fields(8, 0, 0) }))
    await lightIs(page, 'secured')
    control.goAway()
    await lightIs(page, 'unknown')
    await page.getByTestId('stream').filter({ hasText: 'Reconnecting' }).waitFor()
    await shoot(page, 'reconnecting')
    control.comeBack()
    await lightIs(page, 'secured')
    control.goAway()
    control.tell(paid({}, { secured: false, fields: fields(8, 0, 0) }))
    control.comeBack()
    await lightIs(page, 'lost')
  })

  it('the light is not green when the stream is silent and the truth has changed', async () => {
    const page = await onCall()
    control.tell(paid({}, { fields: fields(8, 0, 0) }))
    await lightIs(page, 'secured')
    // The stream stays open and says nothing: a network that died without a word.
    control.payment = aPayment({}, { secured: false, fields: fields(8, 0, 0) })
    await page.locator('secured-light:not([light="secured"])').waitFor({ timeout: 10_000 })
  })
})

describe('everybody', () => {
  it('finds landmarks, names and states in the accessibility tree', async () => {
    const page = await onCall()
    control.tell(paid({}, { deadlineAt: null, fields: fields(16, 2, 0), brand: 'visa', last4: '4242' }))
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
      const page = await onCall({ ...options, reducedMotion: 'reduce' })
      await shoot(page, `${name}-form`)
      control.tell(
        paid({}, { deadlineAt: Date.now() + 20_000, fields: fields(16, 2, 0), brand: 'visa', last4: '4242' }),
      )
      await lightIs(page, 'secured')
      const spare = await page.evaluate<number>(
        'document.documentElement.clientWidth - document.documentElement.scrollWidth',
      )
      expect(spare).toBeGreaterThanOrEqual(0)
      await shoot(page, name)
    })
  }
})
