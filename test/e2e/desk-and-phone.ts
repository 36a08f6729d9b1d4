import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { KeyedField } from '../../src/contracts/card.ts'
import type { PaymentResource } from '../../src/contracts/desk-port.ts'
import { ApiClient } from '../../src/demo/api-client.ts'
import { gatewayOf } from '../../src/demo/demo.ts'
import { DeskWatch } from '../../src/demo/desk-watch.ts'
import type { LedgerLine } from '../../src/demo/sandbox-gateway-client.ts'
import { startThrowawayPlatform, type ThrowawayPlatform } from '../../src/supervisor/throwaway-platform.ts'
import { launchChromium } from '../support/chromium.ts'

/** For `expect.poll` and waits: longer than anything takes on a machine that is busy with other things. */
export const soon = { timeout: 30_000 } as const

/** The one complaint of a healthy browser: nobody is logged in when the desk asks who is. */
const firstQuestion = /status of 401/

export type Talk = { readonly desk: Page; readonly phone: Page; readonly number: string }

/** The whole platform, and one Chromium in which agents and callers have a page each, for the tests of one file. */
export class DeskAndPhone {
  platform!: ThrowawayPlatform
  api!: ApiClient
  watch!: DeskWatch
  readonly #complaints: string[] = []
  #browser!: Browser
  #shots = ''
  #numbers = 100

  constructor() {
    beforeAll(async () => {
      ;[this.platform, this.#browser] = await Promise.all([
        // A caller on a busy machine is given time: the limits have tests of their own.
        startThrowawayPlatform({ collection: { firstDigitSeconds: 120, betweenDigitsSeconds: 60 } }),
        launchChromium('--mute-audio'),
      ])
      const { addresses, credentials } = this.platform
      this.api = new ApiClient({ baseUrl: addresses.control, apiKey: credentials.apiKey })
      this.watch = new DeskWatch(this.api)
      this.#shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))
      console.log(`screenshots: ${this.#shots}`)
    })
    afterEach(async () => {
      await Promise.all(this.#browser.contexts().map((context) => context.close()))
      // A phone that is gone has hung up: the next test's desk is to begin without this one's call.
      const over = () => [...this.watch.calls.values()].every(({ status }) => status === 'ended')
      await this.watch.until('the calls to be over', over, soon.timeout)
      expect(this.#complaints.splice(0)).toEqual([])
    })
    afterAll(async () => {
      await this.#browser?.close()
      await this.watch?.close()
      await this.platform?.stop(0)
    })
  }

  /** Expects the browser to complain of what the test has provoked, and takes it off the list. */
  forgive(complaint: RegExp): void {
    const others = this.#complaints.filter((text) => !complaint.test(text))
    this.#complaints.splice(0, this.#complaints.length, ...others)
  }

  /** A desk on which the sandbox's agent has logged in. */
  async desk(): Promise<Page> {
    const page = await this.open('control')
    await page.getByLabel('E-mail').fill(this.platform.credentials.email)
    await page.getByLabel('Password').fill(this.platform.credentials.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Live calls' }).waitFor()
    await page.getByTestId('stream').filter({ hasText: 'Connected' }).waitFor()
    return page
  }

  /** A caller has dialled from a number of its own, and the desk has opened the call. */
  async talk(): Promise<Talk> {
    const desk = await this.desk()
    const { phone, number } = await this.dial()
    await openCall(desk, number)
    return { desk, phone, number }
  }

  async dial(): Promise<{ phone: Page; number: string }> {
    const number = `+447700900${++this.#numbers}`
    const phone = await this.open('simulator')
    await phone.getByLabel('Your number').fill(number)
    await phone.getByRole('button', { name: 'Call', exact: true }).click()
    await phone.getByTestId('call-state').filter({ hasText: 'Connected' }).waitFor()
    return { phone, number }
  }

  /** The payment with this reference, as the API shows it now. */
  async payment(reference: string): Promise<PaymentResource> {
    const find = () => [...this.watch.payments.values()].find((payment) => payment.reference === reference)
    const { id } = await this.watch.until(`a payment ${reference}`, find, soon.timeout)
    return this.api.payment(id)
  }

  async ledger(reference: string): Promise<LedgerLine[]> {
    const lines = await gatewayOf(this.platform).ledger()
    return lines.filter(({ merchantReference }) => merchantReference === reference)
  }

  shoot(page: Page, name: string): Promise<Buffer> {
    return page.screenshot({ path: path.join(this.#shots, `${name}.png`) })
  }

  /** A caller's own browser, on whatever page an address leads to; the sandbox gateway's certificate is its own. */
  async follow(url: string): Promise<Page> {
    const context = await this.#browser.newContext({ ignoreHTTPSErrors: true })
    context.setDefaultTimeout(soon.timeout)
    const page = await context.newPage()
    await page.goto(url)
    return page
  }

  /** The desk nobody has logged in to, or a caller's phone that has not called, in a browser of its own. */
  async open(what: 'control' | 'simulator'): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: { width: 1000, height: 900 } })
    context.setDefaultTimeout(soon.timeout)
    const page = await context.newPage()
    page.on('pageerror', (error) => this.#complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !firstQuestion.test(message.text()))
        this.#complaints.push(message.text())
    })
    await page.addInitScript(
      `document.addEventListener('securitypolicyviolation', (event) => {
        console.error('refused by the Content Security Policy: ' + event.violatedDirective)
      })`,
    )
    await page.goto(this.platform.addresses[what])
    return page
  }
}

export async function openCall(desk: Page, number: string): Promise<void> {
  await desk.getByRole('button', { name: `${number} Live` }).click()
  await desk.getByRole('heading', { name: `Call from ${number}` }).waitFor()
}

export type Form = { readonly amount?: string; readonly reference: string; readonly asksFirst?: boolean }

export async function fillForm(desk: Page, { amount = '10.50', reference, asksFirst }: Form): Promise<void> {
  await desk.getByLabel('Amount').fill(amount)
  await desk.getByLabel('Reference').fill(reference)
  if (asksFirst) await desk.getByLabel('Ask me before the card is charged').check()
}

export async function takePayment(desk: Page, form: Form): Promise<void> {
  await fillForm(desk, form)
  await desk.getByRole('button', { name: 'Take payment' }).click()
}

/** Waits until the light is one of these. */
export function lightIs(desk: Page, ...values: readonly string[]): Promise<void> {
  return desk.locator(values.map((value) => `secured-light[light="${value}"]`).join(',')).waitFor()
}

/** The field is the caller's to key, and the light is green. */
export async function asked(desk: Page, field: KeyedField): Promise<void> {
  await lightIs(desk, 'secured')
  await fieldIs(desk, field, 'asked', 'rejected')
}

export function fieldIs(desk: Page, field: KeyedField, ...states: readonly string[]): Promise<void> {
  const selectors = states.map((state) => `[data-testid="field-${field}"][data-state="${state}"]`)
  return desk.locator(selectors.join(',')).waitFor()
}

export function dotsAre(desk: Page, field: KeyedField, length: number): Promise<void> {
  return desk.locator(`[data-testid="dots-${field}"][data-length="${length}"]`).waitFor()
}

export function resultIs(desk: Page, result: string): Promise<void> {
  return desk.locator(`[data-testid="result"][data-result="${result}"]`).waitFor()
}

export function stepSays(desk: Page, text: string | RegExp): Promise<void> {
  return desk.getByTestId('step').filter({ hasText: text }).waitFor()
}

/** Clicks on the phone's keypad, one key after the other. */
export async function clickKeys(phone: Page, keys: string): Promise<void> {
  const keypad = phone.getByRole('group', { name: 'Keypad' })
  const names: Readonly<Record<string, string>> = { '*': 'Star', '#': 'Hash' }
  for (const key of keys) await keypad.getByRole('button', { name: names[key] ?? key, exact: true }).click()
}

const buttons: Readonly<Record<'pan' | 'expiry' | 'csc', RegExp>> = {
  pan: /^Key number/,
  expiry: /^Expiry/,
  csc: /^Code/,
}

/** Lets the phone key one field of a card of its list, for example `Visa ending 4242`. */
export async function keyForMe(phone: Page, card: string, field: keyof typeof buttons): Promise<void> {
  const group = phone.getByRole('group', { name: `Key ${card} for me` })
  await group.getByRole('button', { name: buttons[field] }).click()
}

/** Lets the phone key a whole card, each field when the desk shows that it is asked for. */
export async function keyCard(talk: Talk, card: string): Promise<void> {
  for (const field of ['pan', 'expiry', 'csc'] as const)
    await keyField(talk, field, () => keyForMe(talk.phone, card, field))
}

/**
 * Presses until the field is complete. A machine that is too busy for real time can cut a tone in two or swallow it;
 * then agent and caller do what people do: the field is cleared and keyed again, and the test says so.
 */
export async function keyField(
  { desk, phone }: Talk,
  field: KeyedField,
  press: () => Promise<void>,
): Promise<void> {
  const open = desk.locator(`[data-testid="field-${field}"]:not([data-state="accepted"])`)
  for (let tries = 1; ; tries++) {
    await asked(desk, field)
    await press()
    await silence(phone)
    const done = await open.waitFor({ state: 'hidden', timeout: 10_000 }).then(
      () => true,
      () => false,
    )
    if (done) return
    if (tries === 3) throw new Error(`${field}: keyed three times and not taken`)
    console.log(`${field}: keyed again, because the audio came through broken`)
    const clear = desk.getByRole('button', { name: clearLabels[field] })
    if (await clear.isVisible()) await clear.click()
    await dotsAre(desk, field, 0)
  }
}

const clearLabels: Readonly<Record<KeyedField, string>> = {
  'sort-code': 'Clear sort code',
  'routing-number': 'Clear routing number',
  'account-number': 'Clear account number',
  pan: 'Clear card number',
  expiry: 'Clear expiry date',
  csc: 'Clear security code',
  postcode: 'Clear postcode digits',
}

/** Until no key has sounded for half a second: those that were pressed ahead have had their turn. */
async function silence(phone: Page): Promise<void> {
  const sounded = () => phone.getByTestId('keys-sounded').getAttribute('data-count')
  for (let before = await sounded(), still = 0; still < 2; ) {
    await phone.waitForTimeout(250)
    const now = await sounded()
    still = now === before ? still + 1 : 0
    before = now
  }
}
