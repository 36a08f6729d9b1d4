import https from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import type { PaymentResource } from '../../../src/contracts/desk-port.ts'
import { NewPayLink } from '../../../src/contracts/pay-links.ts'
import { adyenFixture } from '../../conformance/adyen-fixture.ts'
import { agent, Rig } from './rig.ts'
import { SandboxRig } from './sandbox-rig.ts'

let sandbox: SandboxRig | undefined
let other: Rig | undefined
afterEach(async () => {
  await sandbox?.close()
  await other?.close()
  sandbox = undefined
  other = undefined
})

const embedded = (change: object = {}) => NewPayLink.parse({ kind: 'embedded', ...change })
const visit = (payment: PaymentResource, returned = false) =>
  sandbox!.rig.core.payLinks.visit(payment.payLink?.url?.split('/').at(-1) ?? '', returned)

async function linked(change: object = {}): Promise<{ payment: PaymentResource; frame: string }> {
  sandbox = await SandboxRig.start()
  const { id } = await sandbox.rig.created()
  const payment = await sandbox.rig.core.payLinks.order(agent, id, embedded(change))
  const visited = await visit(payment)
  if (visited.kind !== 'show' || visited.page.embed.kind !== 'frame') throw new Error('no frame to show')
  return { payment, frame: visited.page.embed.url }
}

/** As the browser does in the frame, with a card that is approved. */
function pay(url: string): Promise<{ status: number; text: string; policy: string }> {
  const body = new URLSearchParams({ number: '4242 4242 4242 4242', expiry: '12/34', csc: '123' }).toString()
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const options = { method: 'POST', headers, rejectUnauthorized: false }
    const request = https.request(url, options, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      const policy = String(response.headers['content-security-policy'])
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, policy }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

describe('an embedded form', () => {
  it('is shown on our page, framed from the gateway, which lets no other page frame it', async () => {
    const { payment, frame } = await linked()
    expect(payment.payLink).toMatchObject({ kind: 'embedded', state: 'open' })
    expect((await sandbox!.rig.get(payment.id)).payLink?.state).toBe('opened')
    const { text, policy } = await pay(frame)
    expect(policy).toContain('frame-ancestors https://pay.test')
    expect(text).toContain('data-to="https://pay.test"')
  })

  it('is paid by the gateway’s word when the caller comes back, whatever their browser says', async () => {
    const { payment, frame } = await linked()
    expect(await visit(payment, true)).toEqual({ kind: 'checking' })
    expect((await sandbox!.rig.get(payment.id)).status).toBe('linked')
    await pay(frame)
    expect(await visit(payment, true)).toEqual({ kind: 'paid' })
    expect(await sandbox!.rig.get(payment.id)).toMatchObject({ status: 'captured', last4: '4242' })
  })

  it('is paid once: the page is gone, and the frame takes no second card', async () => {
    const { payment, frame } = await linked()
    await pay(frame)
    expect((await pay(frame)).status).toBe(410)
    await visit(payment, true)
    expect(await visit(payment)).toEqual({ kind: 'paid' })
    const approved = (await sandbox!.booked('authorisation')).filter(({ outcome }) => outcome === 'approved')
    expect(approved).toHaveLength(1)
  })

  it('is over when its time is over, here and at the gateway', async () => {
    const { payment, frame } = await linked({ validSeconds: 60 })
    await sandbox!.rig.settles(payment.id, 'created', 5_000)
    expect(await visit(payment)).toEqual({ kind: 'over' })
    expect((await pay(frame)).status).toBe(410)
  })

  it('is refused where the connector has none, and a hosted page is what it was', async () => {
    other = await Rig.start({ connector: { connector: 'adyen', settings: adyenFixture.account.settings } })
    const { id } = await other.created()
    await expect(other.core.payLinks.order(agent, id, embedded())).rejects.toMatchObject({
      ...{ code: 'EMBEDDED_FORMS_NOT_SUPPORTED', field: '/kind' },
    })
    sandbox = await SandboxRig.start()
    const payment = await sandbox.rig.created()
    const hosted = await sandbox.rig.core.payLinks.order(agent, payment.id, NewPayLink.parse({}))
    expect(hosted.payLink?.kind).toBe('hosted')
    expect(await visit(hosted)).toMatchObject({ kind: 'go' })
  })
})
