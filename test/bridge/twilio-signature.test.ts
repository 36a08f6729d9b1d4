import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { TwilioSignature } from '../../src/bridge/stream/twilio-signature.ts'

const token = 'an-auth-token-of-nobody'
const sign = (url: string, key = token) => createHmac('sha1', key).update(url).digest('base64')
const check = (configured: string, signed: string) =>
  new TwilioSignature(configured, new Secret(token)).isGenuine(sign(signed))

describe('the signature of a stream', () => {
  const url = 'wss://pay.example.com/streams/twilio'

  it.each([
    [url, url],
    [url, `${url}/`],
    [`${url}/`, url],
    [url, 'wss://pay.example.com:443/streams/twilio'],
    ['wss://pay.example.com:8443/streams/twilio', 'wss://pay.example.com:8443/streams/twilio/'],
    ['wss://pay.example.com:8443/streams/twilio', url],
    ['ws://127.0.0.1:9/streams/twilio', 'ws://127.0.0.1:9/streams/twilio'],
    ['wss://[2001:db8::1]:8443/streams/twilio', 'wss://[2001:db8::1]/streams/twilio'],
  ])('over %s is known in the spelling %s', (configured, signed) => {
    expect(check(configured, signed)).toBe(true)
  })

  it.each([
    'wss://pay.example.org/streams/twilio',
    'wss://pay.example.com/streams/other',
    'https://pay.example.com/streams/twilio',
    'wss://pay.example.com/streams/twilio?x=1',
  ])('is not that of %s', (signed) => {
    expect(check(url, signed)).toBe(false)
  })

  it('is not that of another account, nor anything else', () => {
    const signature = new TwilioSignature(url, new Secret(token))
    for (const header of [
      undefined,
      '',
      '=',
      'AAAA',
      sign(url, 'another'),
      `${sign(url)}AAAA`,
      'ÿ'.repeat(28),
    ])
      expect(signature.isGenuine(header)).toBe(false)
  })
})
