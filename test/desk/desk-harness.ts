import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { DeskEvent, FieldView, PaymentResource } from '../../src/contracts/desk-port.ts'
import { launchChromium } from '../support/chromium.ts'
import { buildPage } from './built-page.ts'
import { aCall, aField, aPayment, type CollectionChanges } from './examples.ts'
import { ScriptedControl } from './scripted-control.ts'

export const up: DeskEvent = { type: 'platform', vault: 'up', bridge: 'up' }

export function paid(
  changes: Partial<PaymentResource>,
  collection: CollectionChanges | null = null,
): DeskEvent {
  return { type: 'payment', payment: aPayment(changes, collection) }
}

/** Fields by the number of digits held; a full one is accepted. */
export function fields(pan: number, expiry: number, csc: number): FieldView[] {
  return [
    aField('pan', pan === 16 ? { state: 'accepted', length: 16 } : { state: 'keying', length: pan }),
    aField('expiry', expiry === 4 ? { state: 'accepted', length: 4 } : { length: expiry }),
    aField('csc', csc === 3 ? { state: 'accepted', length: 3 } : { length: csc }),
  ]
}

/** Waits until the light is `value`. */
export function lightIs(page: Page, value: string): Promise<void> {
  return page.locator(`secured-light[light="${value}"]`).waitFor()
}

/** The built desk in Chromium, for the tests of one file. A script error or a refusal by the CSP fails the test. */
export class DeskHarness {
  control!: ScriptedControl
  readonly #complaints: string[] = []
  #deskDir = ''
  #browser!: Browser
  #shots = ''

  constructor() {
    beforeAll(async () => {
      ;[this.#deskDir, this.#browser] = await Promise.all([buildPage('desk'), launchChromium()])
      this.#shots = process.env.TONEWALL_SHOTS ?? (await mkdtemp(path.join(tmpdir(), 'tonewall-shots-')))
      console.log(`screenshots: ${this.#shots}`)
    })
    afterEach(async () => {
      await Promise.all(this.#browser.contexts().map((context) => context.close()))
      await this.control.close()
      expect(this.#complaints.splice(0)).toEqual([])
    })
    afterAll(() => this.#browser.close())
  }

  /** Control is there, and nobody is logged in. */
  async open(options: BrowserContextOptions = {}, session?: object): Promise<Page> {
    this.control = await ScriptedControl.start(this.#deskDir, session)
    const context = await this.#browser.newContext({ viewport: { width: 1180, height: 860 }, ...options })
    const page = await context.newPage()
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) this.#complaints.push(message.text())
    })
    page.on('pageerror', (error) => this.#complaints.push(error.message))
    await page.goto(this.control.origin)
    return page
  }

  async logIn(page: Page): Promise<void> {
    await page.getByLabel('E-mail').fill('robin@example.com')
    await page.getByLabel('Password').fill('a password')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Live calls' }).waitFor()
  }

  /** Logged in, a live call open, the platform up. */
  async onCall(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.open(options)
    this.control.tell({ type: 'reset' })
    this.control.tell(up)
    this.control.tell({ type: 'call', call: aCall() })
    await this.logIn(page)
    await page.getByRole('button', { name: 'Take payment' }).waitFor()
    return page
  }

  shoot(page: Page, name: string): Promise<Buffer> {
    return page.screenshot({ path: path.join(this.#shots, `${name}.png`), fullPage: true })
  }
}
