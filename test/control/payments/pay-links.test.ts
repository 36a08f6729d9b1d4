import https from 'node:https'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import { NewPayLink } from '../../../src/contracts/pay-links.ts'
import { MailServer } from '../receipts/mail-server.ts'
import { TextProvider } from '../receipts/text-provider.ts'
import { agent, type Rig } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'
import { until } from './until.ts'

let sandbox: SandboxRig
let rig: Rig
let mail: MailServer
let texts: TextProvider
beforeEach(async () => {
  mail = await new MailServer().start()
  texts = await new TextProvider().start()
  sandbox = await SandboxRig.start({ receipts: { email: mail.config, text: texts.config } })
  rig = sandbox.rig
})
afterEach(async () => {
  await sandbox.close()
  await mail.stop()
  await texts.stop()
})

const order = (payment: PaymentResource, change: object = {}) =>
  rig.core.payLinks.order(agent, payment.id, NewPayLink.parse(change))
const tokenOf = (payment: PaymentResource) => payment.payLink?.url?.split('/').at(-1) ?? ''
const card = { number: '4242 4242 4242 4242', expiry: '12/34', csc: '123' }

/** As the caller's browser does. */
async function atThePage(
  url: string,
  form?: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const body = form && new URLSearchParams(form).toString()
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    const request = https.request(
      url,
      { method: body ? 'POST' : 'GET', headers, rejectUnauthorized: false },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

async function pageOf(payment: PaymentResource): Promise<string> {
  const visited = await rig.core.payLinks.visit(tokenOf(payment))
  if (visited.kind !== 'go') throw new Error('the link leads nowhere')
  return visited.url
}

/** The clock turns until the link was looked at. */
const looked = (payment: PaymentResource, status: PaymentResource['status']) =>
  rig.settles(payment.id, status, 2_000)

describe('a pay link', () => {
  it('takes the place of a keypad collection, whose card is discarded first', async () => {
    const payment = await rig.collecting()
    rig.journal.length = 0
    const linked = await order(payment, { channel: 'text', to: '+447700900123' })
    expect(linked).toMatchObject({
      status: 'linked',
      payLink: { state: 'open', channel: 'text', delivery: 'sent', openedAt: null },
      collection: { state: 'ended', why: 'another-way' },
    })
    expect(linked.payLink?.to).toBe('+44•••••••123')
    expect(rig.journal.filter((one) => one !== 'list').slice(0, 3)).toEqual([
      'stop-digits',
      'discard',
      'unmask',
    ])
    expect(texts.sent[0]?.body).toContain(linked.payLink?.url)
  })

  it('is sent by e-mail in the caller’s language', async () => {
    const linked = await order(await rig.created(), { channel: 'email', to: 'ann@x.test', locale: 'de-DE' })
    expect(linked.payLink).toMatchObject({ delivery: 'sent', to: 'a•••@x.test' })
    expect(mail.mails).toHaveLength(1)
    expect(mail.mails[0]?.subject).toContain('zahlen')
  })

  it('shows when it is opened, and when it is paid, with the card that paid', async () => {
    const linked = await order(await rig.created())
    const url = await pageOf(linked)
    expect((await rig.get(linked.id)).payLink).toMatchObject({ state: 'opened', openedAt: rig.clock.now() })
    expect((await atThePage(url)).text).toContain('£10.50')
    expect((await atThePage(url, card)).text).toContain('Thank you')
    const paid = await looked(linked, 'captured')
    expect(paid).toMatchObject({ brand: 'visa', last4: '4242', payLink: { state: 'paid' } })
    expect(paid.gatewayRef).toMatch(/^auth_/)
  })

  it('can be tried again at the page after a decline, and is paid once', async () => {
    const linked = await order(await rig.created())
    const url = await pageOf(linked)
    expect((await atThePage(url, { ...card, number: '4000000000000002' })).status).toBe(402)
    expect((await atThePage(url, card)).status).toBe(200)
    expect((await atThePage(url, card)).status).toBe(410)
    await looked(linked, 'captured')
    expect(await rig.core.payLinks.visit(tokenOf(linked))).toEqual({ kind: 'paid' })
    const lines = (await sandbox.client.ledger()).filter(({ outcome }) => outcome === 'approved')
    expect(lines).toHaveLength(1)
  })

  it('refuses every other way to pay while it is open', async () => {
    const linked = await order(await rig.created({ customer: 'cust-1' }))
    const refused = { code: 'PAY_LINK_OPEN' }
    await expect(rig.core.payments.arm(agent, linked.id)).rejects.toMatchObject(refused)
    await expect(rig.core.payments.cancel(agent, linked.id)).rejects.toMatchObject(refused)
    await expect(order(linked)).rejects.toMatchObject(refused)
  })

  it('expires: the payment is where it was, and the address leads nowhere', async () => {
    const linked = await order(await rig.created(), { validSeconds: 1_800 })
    const url = await pageOf(linked)
    const over = await looked(linked, 'created')
    expect(over.payLink?.state).toBe('expired')
    expect(await rig.core.payLinks.visit(tokenOf(linked))).toEqual({ kind: 'over' })
    expect((await atThePage(url, card)).status).toBe(410)
  })

  it('can be withdrawn, by the gateway’s word, and the keypad is there again', async () => {
    const linked = await order(await rig.created())
    const url = await pageOf(linked)
    const back = await rig.core.payLinks.withdraw(agent, linked.id)
    expect(back).toMatchObject({ status: 'created', payLink: { state: 'withdrawn' } })
    expect((await atThePage(url, card)).status).toBe(410)
    await rig.core.payments.arm(agent, linked.id)
    await rig.reaches(linked.id, (now) => now.collection?.state === 'collecting')
    rig.vault.keyCard()
    await rig.reaches(linked.id, 'captured')
  })

  it('that was paid a moment before it is withdrawn is paid', async () => {
    const linked = await order(await rig.created())
    await atThePage(await pageOf(linked), card)
    expect(await rig.core.payLinks.withdraw(agent, linked.id)).toMatchObject({ status: 'captured' })
  })

  it('goes on after a crash of control', async () => {
    const linked = await order(await rig.created())
    const url = await pageOf(linked)
    await rig.crash()
    await atThePage(url, card)
    await rig.startCore()
    await looked(linked, 'captured')
  })

  it('that the gateway does not make leaves the payment as it was', async () => {
    await sandbox.client.fault({ fault: 'error-500-before', on: 'link', count: 3 })
    const payment = await rig.created()
    let refusal: unknown
    order(payment).catch((error: unknown) => {
      refusal = error
    })
    await until('it is refused', async () => {
      await rig.clock.turn(500)
      return refusal !== undefined
    })
    expect(refusal).toMatchObject({ code: 'PAY_LINK_REFUSED' })
    expect((await rig.get(payment.id)).status).toBe('created')
    expect((await rig.get(payment.id)).payLink?.state).toBe('failed')
  })

  it('whose answer was lost is asked for again with the same key, and there is one page', async () => {
    await sandbox.client.fault({ fault: 'reset-after-commit', on: 'link' })
    const payment = await rig.created()
    const ordered = order(payment)
    await until('the page is made', async () => {
      await rig.clock.turn(100)
      return (await rig.get(payment.id)).payLink?.state === 'open'
    })
    expect(await ordered).toMatchObject({ status: 'linked', payLink: { state: 'open' } })
  })
})
