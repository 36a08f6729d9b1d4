import { describe, expect, it } from 'vitest'
import { canFill, fillSlots } from '../../../src/vault/card/fill-slots.ts'
import { keyed } from '../support/digits.ts'
import { authorise } from '../support/gateway-call.ts'

const digits = () => keyed({ pan: '378282246310005', expiry: '0342', csc: '7311', postcode: '90210' })
const split = (request: Buffer) => request.toString('utf8').split('\r\n\r\n')

describe('a filled request', () => {
  it('is one piece of bytes with its own host, length and type', () => {
    const [head, body] = split(fillSlots(authorise('https://gateway.example:8443'), digits()))
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
    const [head, body] = split(fillSlots(call, digits()))
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
    const [, body] = split(fillSlots(call, digits()))
    expect([...new URLSearchParams(body)]).toEqual([
      ['card[number]', '378282246310005'],
      ['card[year]', '42'],
      ['zip', '90210'],
      ['note', 'a&b=c'],
    ])
  })

  it('lies outside the heap, and cannot be made of a field that was not collected', () => {
    const call = authorise('https://gateway.example')
    expect(fillSlots(call, digits()).buffer.byteLength).toBeGreaterThan(64)
    expect(canFill(call, digits())).toBe(true)
    expect(canFill(call, keyed({ pan: '378282246310005', expiry: '0342' }))).toBe(false)
  })
})
