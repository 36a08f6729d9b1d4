import fc from 'fast-check'
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { twilioSignature } from '../../../src/simulator/carrier/signature.ts'

describe('the signature of the simulated carrier', () => {
  it("is the twilio package's own, for any parameters", () => {
    const parameters = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.webUrl(), parameters, (token, url, form) => {
        expect(twilioSignature(token, url, form)).toBe(getExpectedTwilioSignature(token, url, form))
      }),
    )
  })

  it('is accepted on the upgrade of a stream, which has no parameters', () => {
    const url = 'wss://pay.example.com/streams/twilio'
    expect(validateRequest('token', twilioSignature('token', url), url, {})).toBe(true)
    expect(validateRequest('another', twilioSignature('token', url), url, {})).toBe(false)
  })
})
