import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agent, otherAgent, Rig } from '../payments/rig.ts'
import { SandboxRig } from '../payments/sandbox-rig.ts'
import { until } from '../payments/until.ts'
import { MailServer } from './mail-server.ts'
import { json, TextProvider } from './text-provider.ts'

let mail: MailServer
let phone: TextProvider
let rig: Rig
beforeEach(async () => {
  mail = await new MailServer().start()
  phone = await new TextProvider().start()
  rig = await Rig.start({ receipts: { email: mail.config, text: phone.config } })
})
afterEach(async () => {
  await rig.close()
  await mail.stop()
  await phone.stop()
})

const byEmail = { channel: 'email', to: 'ada@example.com', consent: true } as const
const byText = { channel: 'text', to: '+447700900123', consent: true } as const
const receipts = () => rig.core.receipts
const statesOf = async (id: string) =>
  (await receipts().list(agent, id)).map(({ kind, state }) => [kind, state])

/** A payment that is taken; the caller asked for a receipt while the card was keyed. */
const paid = async (...wishes: (typeof byEmail | typeof byText)[]) => {
  const { id } = await rig.collecting()
  for (const wish of wishes) await receipts().order(agent, id, wish)
  rig.vault.keyCard()
  await rig.reaches(id, 'captured')
  return id
}

/** Turns the clock to the next try of what waits. */
const nextTry = async (attempts: number) => {
  const row = async () =>
    rig.store.db.selectFrom('outbox').selectAll().where('state', '=', 'waiting').executeTakeFirst()
  await until(`try ${attempts} has failed`, async () => (await row())?.attempts === attempts)
  await rig.clock.turn(((await row())?.next_at ?? 0) - rig.clock.now())
}

describe('a receipt by e-mail', () => {
  it('goes out when the payment is captured, with everything that it must say and no more of the card', async () => {
    const id = await paid(byEmail)
    await until('it arrived', () => mail.mails.length === 1)
    const [received] = mail.mails
    expect(received?.to).toMatchObject({ value: [{ address: 'ada@example.com' }] })
    expect(received?.from?.text).toContain('receipts@harbourlane.example')
    expect(received?.messageId).toMatch(/^<rcp_\w+\.sale@harbourlane\.example>$/)
    expect(received?.headers.get('auto-submitted')).toBe('auto-generated')
    for (const body of [received?.text ?? '', String(received?.html)]) {
      for (const said of ['£10.50', 'Visa', '4242', 'Telephone order', '15 January 2026', 'GMT', 'One'])
        expect(body).toContain(said)
      expect(body).not.toMatch(/\d{5,}[ -]?4242/)
    }
    await until('noted', async () => (await statesOf(id))[0]?.[1] === 'sent')
  })

  it('that was asked for when the payment was made goes out with it, and who agreed is in the audit trail', async () => {
    const { id } = await rig.collecting({ receipts: [byEmail, byText] })
    expect(await statesOf(id)).toEqual([
      ['sale', 'wanted'],
      ['sale', 'wanted'],
    ])
    rig.vault.keyCard()
    await until('both arrived', () => mail.mails.length === 1 && phone.sent.length === 1)
    const audit = await rig.store.db.selectFrom('audit').select(['action', 'actor_id', 'facts']).execute()
    const noted = audit.filter(({ action }) => action === 'receipt.wanted')
    expect(noted.map(({ actor_id }) => actor_id)).toEqual([agent.id, agent.id])
    expect(JSON.stringify(noted)).not.toContain('ada@')
  })

  it('to no address makes no payment, and says which field it was', async () => {
    const wrong = { ...byText, to: '07700 900123' }
    await expect(rig.created({ receipts: [byEmail, wrong] })).rejects.toMatchObject({
      ...{ code: 'RECEIPT_ADDRESS_REFUSED', field: '/receipts/1/to' },
    })
    expect(await rig.store.db.selectFrom('payments').selectAll().execute()).toEqual([])
  })

  it('that is asked for after the payment goes out at once; and once only', async () => {
    const id = await paid()
    await receipts().order(agent, id, byEmail)
    await until('it arrived', () => mail.mails.length === 1)
    await until('noted', async () => (await statesOf(id))[0]?.[1] === 'sent')
    await expect(receipts().order(agent, id, byEmail)).rejects.toMatchObject({ code: 'RECEIPT_SENT' })
    expect(mail.mails).toHaveLength(1)
  })

  it('that came through although nobody heard so comes again with the same Message-ID', async () => {
    mail.breaksAfterMessage = () => true
    await paid(byEmail)
    await until('the first', () => mail.mails.length === 1)
    mail.breaksAfterMessage = () => false
    await nextTry(1)
    await until('the second', () => mail.mails.length === 2)
    expect(mail.mails[1]?.messageId).toBe(mail.mails[0]?.messageId)
  })

  it('waits for a mail server that is busy', async () => {
    let busy = 1
    mail.atRecipient = () => (busy-- > 0 ? { responseCode: 451 } : null)
    const id = await paid(byEmail)
    await nextTry(1)
    await until('noted', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect(mail.mails).toHaveLength(1)
  })

  it('to a mailbox that does not exist is given up, and goes to another address when there is one', async () => {
    mail.atRecipient = (address) => (address.startsWith('ada') ? { responseCode: 550 } : null)
    const id = await paid(byEmail)
    await until('refused', async () => (await statesOf(id))[0]?.[1] === 'refused')
    await receipts().order(agent, id, { ...byEmail, to: 'grace@example.com' })
    await until('it arrived', () => mail.mails.length === 1)
    await until('noted', async () => (await statesOf(id))[0]?.[1] === 'sent')
  })

  it('is not sent when the caller has changed their mind', async () => {
    const { id } = await rig.collecting()
    await receipts().order(agent, id, byEmail)
    await receipts().withdraw(agent, id, 'email')
    rig.vault.keyCard()
    await rig.reaches(id, 'captured')
    expect(await receipts().list(agent, id)).toEqual([])
  })

  it('is not for payments that were not taken, and not for those of others', async () => {
    const { id } = await rig.created()
    await receipts().order(agent, id, byEmail)
    await rig.core.payments.cancel(agent, id)
    expect(await statesOf(id)).toEqual([['sale', 'wanted']])
    await expect(receipts().order(otherAgent, id, byEmail)).rejects.toMatchObject({
      code: 'PAYMENT_NOT_FOUND',
    })
    expect(mail.mails).toHaveLength(0)
  })

  it('goes to one address, and to nothing else', async () => {
    const { id } = await rig.created()
    for (const to of [
      'ada@example.com, eve@example.com',
      'ada',
      'Ada <ada@example.com>',
      'a@b@c',
      '+447700900123',
    ])
      await expect(receipts().order(agent, id, { ...byEmail, to }), to).rejects.toMatchObject({
        code: 'RECEIPT_ADDRESS_REFUSED',
      })
    await expect(receipts().order(agent, id, { ...byText, to: '07700 900123' })).rejects.toMatchObject({
      code: 'RECEIPT_ADDRESS_REFUSED',
    })
  })

  it('is written in the caller’s language and in the merchant’s colours', async () => {
    const { receiptLook } = rig.core
    const settings = { ...(await receiptLook.settings(agent)), colour: '#f2b705', timeZone: 'Europe/Berlin' }
    await receiptLook.change(agent, settings)
    const { id } = await rig.collecting()
    await receipts().order(agent, id, { ...byEmail, locale: 'de-DE' })
    rig.vault.keyCard()
    await until('it arrived', () => mail.mails.length === 1)
    expect(mail.mails[0]?.subject).toContain('Zahlungsbeleg')
    expect(mail.mails[0]?.text).toMatch(/10,50\s£/)
    expect(mail.mails[0]?.text).toContain('13:00 MEZ')
    expect(String(mail.mails[0]?.html)).toContain('background:#f2b705')
  })
})

describe('a receipt by text message', () => {
  it('goes out once, with its number in it', async () => {
    const id = await paid(byText)
    await until('it was sent', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect(phone.sent).toHaveLength(1)
    expect(phone.sent[0]).toMatchObject({ to: '+447700900123' })
    expect(phone.sent[0]?.body).toMatch(/£10\.50.*Visa 4242.*Telephone order.*Receipt number [0-9A-Z]{10}/)
    expect(phone.lookUps).toBe(0)
  })

  it('that was taken and never answered is found again, and not sent twice', async () => {
    phone.onMessage = (take, response) => {
      take()
      response.socket?.destroy()
    }
    const id = await paid(byText)
    await nextTry(1)
    await until('it was found', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect([phone.sent.length, phone.lookUps]).toEqual([1, 1])
  })

  it('that is not found after three look-ups is a person’s to decide, who may send it again', async () => {
    phone.onMessage = (_take, response) => void response.socket?.destroy()
    const id = await paid(byText)
    for (let attempts = 1; attempts <= 3; attempts++) await nextTry(attempts)
    await until('unclear', async () => (await statesOf(id))[0]?.[1] === 'unclear')
    expect([phone.sent.length, phone.lookUps]).toEqual([0, 3])
    phone.onMessage = (take, response) => json(response, 201, { ...take(), status: 'queued' })
    const dead = async () => (await rig.core.deliveries.list(agent, { state: 'dead', limit: 10 })).data[0]
    await until('nobody tries any more', async () => (await dead()) !== undefined)
    await rig.core.deliveries.replay(agent, (await dead())?.id ?? '')
    await until('it was sent', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect(phone.sent).toHaveLength(1)
  })

  it('that became unclear just as the platform died is not sent by the next process: nobody has asked for that', async () => {
    phone.onMessage = (_take, response) => void response.socket?.destroy()
    const id = await paid(byText)
    for (let attempts = 1; attempts <= 3; attempts++) await nextTry(attempts)
    await until('unclear', async () => (await statesOf(id))[0]?.[1] === 'unclear')
    const rows = () =>
      rig.store.db.selectFrom('outbox').selectAll().where('target', 'like', 'rct_%').execute()
    await until('noted', async () => (await rows())[0]?.state === 'dead')
    // As SIGKILL leaves it between the two: the receipt is written down, what became of its delivery is not.
    await rig.crash()
    phone.onMessage = (take, response) => json(response, 201, { ...take(), status: 'queued' })
    await rig.startCore()
    await rig.store.db.deleteFrom('webhook_deliveries').where('attempt', '=', 4).execute()
    await rig.store.db
      .updateTable('outbox')
      .set({ state: 'waiting', attempts: 3, next_at: 0, leased_until: 0 })
      .where('target', 'like', 'rct_%')
      .execute()
    rig.core.relay.wake()
    await until('noted again', async () => (await rows())[0]?.state === 'dead')
    expect(phone.sent).toEqual([])
    expect(await statesOf(id)).toEqual([['sale', 'unclear']])
  })

  it('that is answered with a 5xx may have been sent: it is looked up', async () => {
    phone.onMessage = (take, response) => {
      take()
      json(response, 503, {})
    }
    const id = await paid(byText)
    await nextTry(1)
    await until('it was found', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect(phone.sent).toHaveLength(1)
  })

  it('that meets a rate limit was not sent, and is sent later', async () => {
    let busy = 1
    phone.onMessage = (take, response) => {
      if (busy-- > 0) response.writeHead(429, { 'retry-after': '60' }).end('{}')
      else json(response, 201, { ...take(), status: 'queued' })
    }
    const id = await paid(byText)
    await nextTry(1)
    await until('it was sent', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect([phone.sent.length, phone.lookUps]).toEqual([1, 0])
  })

  it('to a number that cannot be texted is given up', async () => {
    phone.onMessage = (_take, response) => json(response, 400, { code: 21614 })
    const id = await paid(byText)
    await until('refused', async () => (await statesOf(id))[0]?.[1] === 'refused')
    expect((await receipts().list(agent, id))[0]?.because).toBe('twilio-21614')
  })

  it('survives a crash between the note and the answer without a second message', async () => {
    phone.onMessage = (take) => void take()
    const id = await paid(byText)
    await until('it left', () => phone.sent.length === 1)
    await rig.crash()
    await rig.startCore()
    await rig.clock.turn(61_000)
    await until('it was found', async () => (await statesOf(id))[0]?.[1] === 'sent')
    expect([phone.sent.length, phone.lookUps]).toEqual([1, 1])
  })
})

describe('a refund', () => {
  it('has a receipt of its own with its own amount, one for each refund', async () => {
    const sandbox = await SandboxRig.start({ receipts: { email: mail.config, text: null } })
    const { core, clock } = sandbox.rig
    try {
      const { id } = await sandbox.approved()
      await core.receipts.order(agent, id, byEmail)
      await until('the sale', () => mail.mails.length === 1)
      for (const amountMinor of [250, 300]) {
        await sandbox.order({ paymentId: id, kind: 'refund', amountMinor })
        await clock.turn(10)
      }
      await until('the refunds', () => mail.mails.length === 3)
      const refunds = mail.mails.slice(1)
      expect(refunds.map(({ subject }) => subject?.match(/Refund \w{10}: £([\d.]+)/)?.[1])).toEqual([
        '2.50',
        '3.00',
      ])
      for (const { text } of refunds) expect(text).toContain('Of the original: £10.50')
      expect(new Set(mail.mails.map(({ messageId }) => messageId)).size).toBe(3)
    } finally {
      await sandbox.close()
    }
  })
})

describe('channels', () => {
  it('that are not configured are refused by name', async () => {
    await rig.close()
    rig = await Rig.start()
    const { id } = await rig.created()
    await expect(rig.core.receipts.order(agent, id, byEmail)).rejects.toMatchObject({
      code: 'RECEIPT_CHANNEL_OFF',
    })
  })
})
