import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { searchBytes, searchText } from '../residue/digit-search.ts'
import { describeInBrowser } from '../support/chromium.ts'
import { markedVisa } from '../support/marked-card.ts'
import { asked, DeskAndPhone, resultIs, soon, takePayment } from './desk-and-phone.ts'

const house = new DeskAndPhone()

type Refused = { readonly directive: string; readonly blocked: string }

/** As the merchant's own system would. */
async function order(reference: string, body: object): Promise<string> {
  const { addresses, credentials } = house.platform
  const { id } = await house.payment(reference)
  const response = await fetch(`${addresses.control}/v1/payments/${id}/pay-link`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credentials.apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify({ kind: 'embedded', ...body }),
  })
  const { payLink } = (await response.json()) as { payLink?: { url: string | null } }
  if (!payLink?.url) throw new Error('the link has no address')
  return payLink.url
}

async function pay(page: Page, number: string): Promise<void> {
  const frame = page.frameLocator('iframe[title="Card"]')
  await frame.getByLabel('Card number').fill(number)
  await frame.getByLabel('Expiry (MM/YY)').fill('12/34')
  await frame.getByLabel('Security code').fill('123')
  await frame.getByRole('button', { name: 'Pay' }).click()
}

/** What the page's policy refuses of this, as the browser tells it. */
function refused(page: Page, tag: 'script' | 'iframe' | 'img', source: string): Promise<Refused> {
  return page.evaluate(`new Promise((resolve) => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      resolve({ directive: effectiveDirective, blocked: blockedURI }))
    const element = document.createElement('${tag}')
    element.src = '${source}'
    document.body.append(element)
  })`)
}

describeInBrowser('the gateway’s own form on a page of ours', () => {
  it('is paid in the gateway’s frame, once, and no digit of the card comes to control', async () => {
    const card = markedVisa()
    const { desk } = await house.talk()
    await takePayment(desk, { reference: 'embedded-1' })
    await asked(desk, 'pan')
    const address = await order('embedded-1', {})
    const [caller, again] = [await house.follow(address), await house.follow(address)]
    const sent: string[] = []
    caller.on('request', (request) => {
      const { origin } = new URL(request.url())
      if (origin === new URL(house.platform.addresses.control).origin)
        sent.push(request.url(), request.postData() ?? '')
    })
    await pay(caller, '4000 0000 0000 0002')
    await caller.frameLocator('iframe[title="Card"]').getByRole('alert').waitFor()
    await pay(caller, card.pan)
    await caller.getByRole('heading', { name: 'Thank you' }).waitFor()
    await resultIs(desk, 'approved')
    expect(await house.payment('embedded-1')).toMatchObject({
      ...{ status: 'captured', last4: card.pan.slice(-4), payLink: { kind: 'embedded', state: 'paid' } },
    })

    await pay(again, '4242 4242 4242 4242')
    await again.frameLocator('iframe[title="Card"]').getByRole('heading', { name: 'Paid already' }).waitFor()
    await again.goto(address)
    await again.getByRole('heading', { name: 'Thank you' }).waitFor()
    const approved = (await house.ledger('embedded-1')).filter(({ outcome }) => outcome === 'approved')
    expect(approved).toHaveLength(1)

    expect(sent.length).toBeGreaterThan(0)
    expect(searchText(sent.join('\n'), card, 'sent to control')).toEqual([])
    expect(searchText(house.platform.logLines.join('\n'), card, 'logged')).toEqual([])
    const { dataDir } = house.platform
    for (const name of readdirSync(dataDir, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(dataDir, name)
      if (statSync(file).isFile()) expect(searchBytes(readFileSync(file), card, name)).toEqual([])
    }
  })

  it('lets nothing else in: no foreign script, no script without the nonce, no other frame or image', async () => {
    const { desk } = await house.talk()
    await takePayment(desk, { reference: 'embedded-2' })
    await asked(desk, 'pan')
    const caller = await house.follow(await order('embedded-2', {}))
    await caller.frameLocator('iframe[title="Card"]').getByLabel('Card number').waitFor()
    const foreign = 'https://foreign.example/x.js'
    expect(await refused(caller, 'script', foreign)).toEqual({
      directive: 'script-src-elem',
      blocked: foreign,
    })
    expect(await refused(caller, 'iframe', 'https://foreign.example/')).toMatchObject({
      directive: 'frame-src',
    })
    expect(await refused(caller, 'img', 'https://foreign.example/x.png')).toMatchObject({
      directive: 'img-src',
    })
    const ran = await caller.evaluate(`(() => {
      const script = document.createElement('script')
      script.textContent = 'document.body.dataset.ran = "yes"'
      document.body.append(script)
      return document.body.dataset.ran ?? 'no'
    })()`)
    expect(ran).toBe('no')
    // What a page of somebody else's says, or the caller's browser by itself, is not believed.
    await caller.evaluate(`postMessage('paid', '*')`)
    await caller.frameLocator('iframe[title="Card"]').getByLabel('Card number').waitFor()
    expect((await house.payment('embedded-2')).status).toBe('linked')
  })

  it('is over with its time, on the page and in the frame', async () => {
    const { desk } = await house.talk()
    await takePayment(desk, { reference: 'embedded-3' })
    await asked(desk, 'pan')
    const address = await order('embedded-3', { validSeconds: 30 })
    const caller = await house.follow(address)
    await desk
      .getByTestId('step')
      .filter({ hasText: 'The link has expired. Nothing was charged.' })
      .waitFor({ timeout: 90_000 })
    await pay(caller, '4242 4242 4242 4242')
    await caller
      .frameLocator('iframe[title="Card"]')
      .getByRole('heading', { name: 'No longer open' })
      .waitFor()
    await caller.goto(address)
    await caller.getByRole('heading', { name: 'This address leads nowhere any more' }).waitFor()
    await expect.poll(() => house.ledger('embedded-3'), soon).toEqual([])
  })
})
