import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canFill, fillSlots } from '../../../src/vault/card/fill-slots.ts'
import { keyed } from '../support/digits.ts'
import { authorise } from '../support/gateway-call.ts'

const digits = () => keyed({ pan: '378282246310005', expiry: '0342', csc: '7311', postcode: '90210' })
const nowMs = Date.UTC(2026, 0, 15, 12)
const split = (request: Buffer) => request.toString('utf8').split('\r\n\r\n')

describe('a filled request', () => {
  it('is one piece of bytes with its own host, length and type', () => {
    const [head, body] = split(fillSlots(authorise('https://gateway.example:8443'), digits(), nowMs))
    expect(head?.split('\r\n')).toEqual([
      'POST /v1/authorisations HTTP/1.1',
      'Host: gateway.example:8443',
      'Connection: close',
      'Authorization: Bearer test-key',
      'Content-Type: application/json',
      `Content-Length: ${body?.length}`,
    ])
    expect(JSON.parse(body!)).toEqual({
      amount: 1050,
      card: { number: '378282246310005', expiryMonth: '03', expiryYear: '2042', csc: '7311' },
    })
  })

  it('counts bytes, not letters, and escapes what the connector wrote', () => {
    const call = authorise('https://gateway.example', {
      body: {
        encoding: 'json',
        fields: [
          { path: ['note'], value: 'Zoë "£10"\n' },
          { path: ['n'], value: null },
        ],
      },
    })
    const [head, body] = split(fillSlots(call, digits(), nowMs))
    expect(JSON.parse(body!)).toEqual({ note: 'Zoë "£10"\n', n: null })
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body!)}`)
  })

  it('as a form has brackets and percent signs', () => {
    const call = authorise('https://gateway.example', {
      body: {
        encoding: 'form',
        fields: [
          { path: ['card', 'number'], value: { slot: 'pan' } },
          { path: ['card', 'year'], value: { slot: 'expiryYearShort' } },
          { path: ['zip'], value: { slot: 'postcode' } },
          { path: ['note'], value: 'a&b=c' },
        ],
      },
    })
    const [, body] = split(fillSlots(call, digits(), nowMs))
    expect([...new URLSearchParams(body)]).toEqual([
      ['card[number]', '378282246310005'],
      ['card[year]', '42'],
      ['zip', '90210'],
      ['note', 'a&b=c'],
    ])
  })

  it('in JSON has arrays where the names count from 0', () => {
    const fields = [
      { path: ['actions', '0'], value: 'TOKEN_CREATE' },
      { path: ['actions', '1'], value: 'SETTLE' },
      { path: ['items', '0', 'pan'], value: { slot: 'pan' as const } },
      { path: ['1'], value: 'no list' },
    ]
    const call = authorise('https://gateway.example', { body: { encoding: 'json', fields } })
    const [, body] = split(fillSlots(call, digits(), nowMs))
    const items = [{ pan: '378282246310005' }]
    expect(JSON.parse(body!)).toEqual({ actions: ['TOKEN_CREATE', 'SETTLE'], items, 1: 'no list' })
  })

  it.each([
    ['0342', 3],
    ['1042', 10],
    ['1242', 12],
  ])('writes the date %s as bare numbers where the gateway wants them', (expiry, month) => {
    const fields = [
      { path: ['month'], value: { slot: 'expiryMonth' as const, as: 'number' as const } },
      { path: ['year'], value: { slot: 'expiryYear' as const, as: 'number' as const } },
    ]
    const call = authorise('https://gateway.example', { body: { encoding: 'json', fields } })
    const [head, body] = split(fillSlots(call, keyed({ expiry }), nowMs))
    expect(body).toBe(`{"month":${month},"year":2042}`)
    expect(head).toContain(`Content-Length: ${body!.length}`)
  })

  it('signs the body that it has filled, so that nobody else has to see it', () => {
    const key = Buffer.from('a shared secret of the account')
    const computedHeaders = [
      { name: 'Date', parts: [{ fill: 'date' as const }] },
      { name: 'Digest', parts: ['SHA-256=', { fill: 'body-digest' as const }] },
      {
        name: 'Signature',
        parts: [
          'signature="',
          {
            fill: 'mac' as const,
            keyBase64: key.toString('base64'),
            message: ['host: gateway.example\ndigest: SHA-256=', { fill: 'body-digest' as const }],
          },
          '"',
        ],
      },
    ]
    const [head, body] = split(
      fillSlots(authorise('https://gateway.example', { computedHeaders }), digits(), nowMs),
    )
    const digest = createHash('sha256').update(body!).digest('base64')
    const message = `host: gateway.example\ndigest: SHA-256=${digest}`
    const signature = createHmac('sha256', key).update(message).digest('base64')
    expect(head!.split('\r\n')).toEqual(
      expect.arrayContaining([
        'Date: Thu, 15 Jan 2026 12:00:00 GMT',
        `Digest: SHA-256=${digest}`,
        `Signature: signature="${signature}"`,
        `Content-Length: ${Buffer.byteLength(body!)}`,
      ]),
    )
  })

  it('lies outside the heap, and cannot be made of a field that was not collected', () => {
    const call = authorise('https://gateway.example')
    expect(fillSlots(call, digits(), nowMs).buffer.byteLength).toBeGreaterThan(64)
    expect(canFill(call, digits())).toBe(true)
    expect(canFill(call, keyed({ pan: '378282246310005', expiry: '0342' }))).toBe(false)
  })
})
