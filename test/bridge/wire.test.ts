import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Length, decodeBase64, encodeBase64 } from '../../src/bridge/stream/base64.ts'
import { MediaWriter } from '../../src/bridge/stream/media-writer.ts'
import { TwilioReader } from '../../src/bridge/stream/twilio-wire.ts'

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const runs = { seed, numRuns: 500 }
const reader = new TwilioReader()
const read = (text: string) => reader.read(Buffer.from(text))
const octets = fc.uint8Array({ minLength: 1, maxLength: 160 })

describe(`base64 from bytes to bytes (seed ${seed})`, () => {
  it('writes and reads what Node does', () => {
    const property = fc.property(octets, (bytes) => {
      const text = Buffer.alloc(base64Length(bytes.length))
      expect(encodeBase64(bytes, text, 0)).toBe(text.length)
      expect(text.toString()).toBe(Buffer.from(bytes).toString('base64'))
      const back = Buffer.alloc(160)
      expect(decodeBase64(text, 0, text.length, back)).toBe(bytes.length)
      expect(back.subarray(0, bytes.length).equals(bytes)).toBe(true)
    })
    fc.assert(property, runs)
  })

  it.each(['', 'A', 'AA', 'AAA', 'AA=A', '====', 'AA*=', 'A A=', 'AAAAA', 'AAA-', '=AAA'])(
    'refuses %j',
    (text) => {
      expect(decodeBase64(Buffer.from(text), 0, text.length, Buffer.alloc(160))).toBe(-1)
    },
  )

  it('refuses what does not fit', () => {
    expect(decodeBase64(Buffer.from('A'.repeat(220)), 0, 220, Buffer.alloc(160))).toBe(-1)
  })
})

describe(`Twilio’s messages, read where they lie (seed ${seed})`, () => {
  it('finds what counts in a media message, in any order of its members and with any white space', () => {
    const member = fc.record({ sequence: fc.nat(), chunk: fc.nat(), timestamp: fc.nat(), bytes: octets })
    const property = fc.property(member, fc.nat({ max: 3 }), fc.boolean(), (at, indent, isReversed) => {
      const payload = Buffer.from(at.bytes).toString('base64')
      const media = {
        track: 'inbound',
        chunk: String(at.chunk),
        timestamp: String(at.timestamp),
        payload,
        more: [1, { a: '}' }],
      }
      const members = Object.entries({
        event: 'media',
        sequenceNumber: String(at.sequence),
        media,
        streamSid: 'MZ1',
      })
      const text = JSON.stringify(Object.fromEntries(isReversed ? members.reverse() : members), null, indent)
      expect(read(text)).toBe(true)
      expect(reader).toMatchObject({ event: 'media', inbound: true })
      expect([reader.sequence, reader.chunk, reader.timestampMs]).toEqual([
        at.sequence,
        at.chunk,
        at.timestamp,
      ])
      const found = Buffer.from(text).subarray(reader.payloadStart, reader.payloadEnd)
      expect(found.toString()).toBe(payload)
    })
    fc.assert(property, runs)
  })

  it('finds a digit as one byte', () => {
    const text =
      '{"event":"dtmf","streamSid":"MZ1","sequenceNumber":"5","dtmf":{"track":"inbound_track","digit":"7"}}'
    expect(read(text)).toBe(true)
    expect(reader).toMatchObject({ event: 'dtmf', sequence: 5, inbound: true })
    expect(text[reader.digitAt]).toBe('7')
  })

  it.each([
    ['a digit in a message of another name', '{"event":"mark","mark":{"name":"x"},"dtmf":{"digit":"7"}}'],
    ['a digit before the name of another message', '{"dtmf":{"digit":"7"},"event":"start"}'],
    ['two names', '{"event":"mark","event":"dtmf"}'],
    ['two digits at once', '{"event":"dtmf","dtmf":{"digit":"12"}}'],
    ['an escaped digit', '{"event":"dtmf","dtmf":{"digit":"\\u0031"}}'],
    ['an escaped payload', '{"event":"media","media":{"payload":"AA\\/A"}}'],
    ['a name that is not in the protocol', '{"event":"hello"}'],
    ['no name', '{"sequenceNumber":"1"}'],
    ['a sequence number that is none', '{"event":"media","sequenceNumber":"1e3"}'],
    ['a list', '[{"event":"media"}]'],
    ['two messages', '{"event":"stop"}{"event":"stop"}'],
    ['half a message', '{"event":"media","media":{"payload":"AAAA'],
    ['a comma too many', '{"event":"stop",}'],
    ['nothing', ''],
    ['nesting without end', `{"event":"stop","x":${'['.repeat(100_000)}`],
  ])('refuses %s', (_, text) => {
    expect(read(text)).toBe(false)
  })

  it('never throws, whatever the bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(reader.read(bytes)).toBe(false)
    })
    fc.assert(property, { ...runs, numRuns: 2_000 })
  })

  it('never throws on a damaged message, and takes none for a digit that JSON would not', () => {
    const whole = Buffer.from(
      '{"event":"dtmf","sequenceNumber":"3","streamSid":"MZ1","dtmf":{"track":"inbound_track","digit":"7"}}',
    )
    const damage = fc.array(
      fc.record({ at: fc.nat({ max: whole.length - 1 }), byte: fc.nat({ max: 255 }) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    const property = fc.property(damage, fc.nat({ max: whole.length }), (hits, length) => {
      const bytes = Buffer.from(whole.subarray(0, whole.length - (length % 7 === 0 ? length : 0)))
      for (const { at, byte } of hits) if (at < bytes.length) bytes[at] = byte
      if (!reader.read(bytes) || reader.digitAt < 0) return
      expect(reader.event).toBe('dtmf')
      expect(reader.digitAt).toBeLessThan(bytes.length)
    })
    fc.assert(property, { ...runs, numRuns: 5_000 })
  })

  it('reads what it writes itself', () => {
    const writer = new MediaWriter('MZabc', 4)
    const property = fc.property(octets, (bytes) => {
      const message = writer.write(bytes)!
      const { event, streamSid, media } = JSON.parse(message.bytes.toString())
      expect([event, streamSid]).toEqual(['media', 'MZabc'])
      expect(Buffer.from(media.payload, 'base64').equals(bytes)).toBe(true)
      message.sent()
    })
    fc.assert(property, runs)
  })
})

describe('a writer whose receiver is slow', () => {
  it('has as many buffers as it was given, and no more', () => {
    const writer = new MediaWriter('MZ1', 3)
    const sent = [1, 2, 3].map(() => writer.write(randomBytes(160)))
    expect(writer.write(randomBytes(160))).toBeUndefined()
    sent[0]?.sent()
    expect(writer.write(randomBytes(160))).toBeDefined()
    expect(writer.write(randomBytes(160))).toBeUndefined()
  })

  it('keeps nothing once it is wiped', () => {
    const writer = new MediaWriter('MZ1', 1)
    const message = writer.write(randomBytes(160))!
    writer.wipe()
    expect(message.bytes.every((byte) => byte === 0)).toBe(true)
  })
})
