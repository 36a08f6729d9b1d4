import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { webhooks } from '../../../src/connectors/cybersource/webhooks.ts'
import { signed, webhookSecret } from '../../conformance/cybersource-fixture.ts'

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const ours = pair()
const others = pair()

const told = (changes: object = {}) => ({
  id: '6461731521426399003473',
  status: 'AUTHORIZED',
  clientReferenceInformation: { code: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w' },
  orderInformation: { amountDetails: { authorizedAmount: '10.50', currency: 'GBP' } },
  ...changes,
})
const notification = (payload: unknown, eventType = 'payments.payments.accept') =>
  JSON.stringify({ eventType, webhookId: '1d2f', transactionTraceId: '3c4e', payload })

/** By another implementation of RFC 7516 than the one under test. */
async function encrypted(text: string, alg = 'RSA-OAEP-256', enc = 'A256GCM'): Promise<string> {
  const key = await import('node:crypto').then(({ createPublicKey }) => createPublicKey(ours.publicKey))
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ alg, enc }).encrypt(key)
}

const read = (body: string, secrets: readonly string[] = [webhookSecret, ours.privateKey]) =>
  webhooks.read({ ...signed(Buffer.from(body), webhookSecret), secrets, nowMs: 0 })

const approved = {
  id: 'payments.payments.accept:6461731521426399003473',
  what: 'authorised',
  gatewayRef: '6461731521426399003473',
  ourReference: 'att_01jd3f8p0m9x2v7k4q6r5s8t1w',
}
const authorisation = notification([{ data: told({ _links: { capture: {} } }) }])

describe('a notification of CyberSource', () => {
  it.each(['RSA-OAEP-256', 'RSA-OAEP'])('encrypted with %s is read with the private key', async (alg) => {
    const money = { amountMinor: 1050, currency: 'GBP' }
    const jwe = await encrypted(authorisation, alg)
    for (const body of [jwe, JSON.stringify({ encData: jwe }), JSON.stringify({ id: 1, payload: jwe })])
      expect(read(body)).toEqual({ ok: true, events: [{ ...approved, money }] })
    expect(read(jwe, [webhookSecret, others.privateKey, ours.privateKey])).toMatchObject({ ok: true })
  })

  it('that no key of ours opens, was changed, or names other algorithms, cannot be read', async () => {
    const jwe = await encrypted(authorisation)
    const [header, key, iv, text, tag] = jwe.split('.')
    const unreadable = { ok: false, because: 'unreadable' }
    expect(read(jwe, [webhookSecret])).toEqual(unreadable)
    expect(read(jwe, [webhookSecret, others.privateKey])).toEqual(unreadable)
    expect(read([header, key, iv, `A${text!.slice(1)}`, `A${tag!.slice(1)}`].join('.'))).toEqual(unreadable)
    expect(read([header, key, iv, text, tag!.slice(0, 6)].join('.'))).toEqual(unreadable)
    expect(read(await encrypted(authorisation, 'RSA-OAEP-512'))).toEqual(unreadable)
    expect(read(await encrypted(authorisation, 'RSA-OAEP-256', 'A128GCM'))).toEqual(unreadable)
  })

  it('is not believed for being encrypted: anybody may know the public key', async () => {
    const body = Buffer.from(await encrypted(authorisation))
    const secrets = [webhookSecret, ours.privateKey]
    expect(webhooks.read({ body, headers: {}, secrets, nowMs: 0 })).toEqual({
      ok: false,
      because: 'no-signature',
    })
    const forged = signed(body, Buffer.from('a key of somebody else').toString('base64'))
    expect(webhooks.read({ ...forged, secrets, nowMs: 0 })).toMatchObject({ because: 'wrong-signature' })
  })

  it('has its resource by itself, as data, or in a list', () => {
    const one = told({ _links: { capture: {} } })
    for (const payload of [one, [one], { data: one }, [{ data: one }]])
      expect(read(notification(payload))).toMatchObject({ ok: true, events: [approved] })
  })

  it('of an approval that does not say whether it was taken too only makes us ask', () => {
    expect(read(notification(told()))).toEqual({ ok: true, events: [approved] })
    expect(read(notification(told({ _links: { void: {} } })))).toMatchObject({
      events: [{ what: 'captured', money: { amountMinor: 1050 } }],
    })
  })

  it('of a capture or refund says nothing until its batch was sent', () => {
    for (const eventType of ['payments.captures.accept', 'payments.refunds.accept'])
      expect(read(notification(told({ status: 'PENDING' }), eventType))).toMatchObject({
        events: [{ what: 'other' }],
      })
    expect(read(notification(told({ status: 'TRANSMITTED' }), 'payments.refunds.accept'))).toMatchObject({
      events: [{ what: 'refunded' }],
    })
  })
})
