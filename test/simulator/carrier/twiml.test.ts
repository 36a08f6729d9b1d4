import fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { parseTwiml } from '../../../src/simulator/carrier/twiml.ts'
import { parseXml } from '../../../src/simulator/carrier/xml.ts'

const base = 'https://pay.example.com/v1/voice'
const read = (body: string) =>
  parseTwiml(`<?xml version="1.0" encoding="UTF-8"?><Response>${body}</Response>`, base)

describe('TwiML', () => {
  it('is read as the twilio package writes it', () => {
    const response = new twilio.twiml.VoiceResponse()
    response.say('One moment & hold on <please>')
    response.pause({ length: 2 })
    const stream = response.connect().stream({ url: 'wss://pay.example.com/streams/twilio' })
    stream.parameter({ name: 'streamToken', value: 'a "quoted" & odd <value>' })
    response.redirect({ method: 'POST' }, '/v1/voice?again=1')
    response.hangup()
    const verbs = parseTwiml(response.toString(), base)
    expect(verbs).toEqual([
      { verb: 'say', ms: expect.any(Number) },
      { verb: 'pause', ms: 2_000 },
      {
        verb: 'connect-stream',
        url: 'wss://pay.example.com/streams/twilio',
        parameters: { streamToken: 'a "quoted" & odd <value>' },
        action: undefined,
      },
      { verb: 'redirect', to: { url: 'https://pay.example.com/v1/voice?again=1', method: 'POST' } },
      { verb: 'hangup' },
    ])
  })

  it.each([
    ['<Reject/>', { verb: 'reject', reason: 'rejected' }],
    ['<Reject reason="busy"/>', { verb: 'reject', reason: 'busy' }],
    ['<Pause/>', { verb: 'pause', ms: 1_000 }],
    [
      '<Redirect method="GET">next</Redirect>',
      { verb: 'redirect', to: { url: 'https://pay.example.com/v1/next', method: 'GET' } },
    ],
    [
      '<!-- a remark --><Redirect><![CDATA[/x?a=1&b=2]]></Redirect>',
      { verb: 'redirect', to: { url: 'https://pay.example.com/x?a=1&b=2', method: 'POST' } },
    ],
  ])('reads %s', (source, verb) => {
    expect(read(source)).toEqual([verb])
  })

  it.each([
    ['a verb that is not simulated', '<Dial>+447700900123</Dial>'],
    [
      'a stream with a query, which Twilio does not pass on',
      '<Connect><Stream url="wss://h/s?token=1"/></Connect>',
    ],
    ['a stream over http', '<Connect><Stream url="https://h/s"/></Connect>'],
    ['two streams', '<Connect><Stream url="wss://h/s"/><Stream url="wss://h/s"/></Connect>'],
    ['a redirect to a file', '<Redirect>file:///etc/hostname</Redirect>'],
    ['a pause that is no number', '<Pause length="long"/>'],
    ['elements that cross', '<Say><Pause></Say></Pause>'],
    ['an unknown entity', '<Say>&nbsp;</Say>'],
    ['an element that does not end', '<Say>'],
  ])('refuses %s', (_what, source) => {
    expect(() => read(source)).toThrow(AppError)
  })

  it('refuses what is not TwiML at all, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>/&;"= aR!-[]?') }), (source) => {
        expect(() => parseTwiml(source, base)).toThrow(AppError)
      }),
    )
  })

  it('gives text back as it was, whatever it holds', () => {
    const escaped = (text: string) =>
      text.replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const element = parseXml(`<A b="${escaped(text)}">${escaped(text)}</A>`)
        expect(element).toMatchObject({ attributes: { b: text }, text })
      }),
    )
  })
})
