import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HttpResponseReader, type Reading, responseCapBytes } from '../../../src/vault/card/http-response.ts'
import { seeded } from '../support/digits.ts'

/** Reads a response in one piece, and then the end of the connection. */
function read(text: string, closed = false): Reading {
  const reader = new HttpResponseReader()
  const reading = reader.push(Buffer.from(text, 'latin1'))
  return closed && reading.is === 'more' ? reader.end() : reading
}

function bodyOf(reading: Reading): string {
  if (reading.is !== 'complete') throw new Error(`not complete: ${JSON.stringify(reading)}`)
  return reading.response.body.toString('latin1')
}

const broken = (because: string) => ({ is: 'broken', because })

describe('a response', () => {
  it('with a length is complete when its last byte is there', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello'
    expect(read(text.slice(0, -1))).toEqual({ is: 'more' })
    const reading = read(text)
    expect(bodyOf(reading)).toBe('hello')
    expect(reading).toMatchObject({ response: { status: 200 } })
    if (reading.is === 'complete') expect(reading.response.headers.get('x-a')).toBe('1, 2')
  })

  it('in chunks is put together', () => {
    expect(
      bodyOf(
        read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n'),
      ),
    ).toBe('abc0123456789')
  })

  it('without either goes on until the gateway closes', () => {
    const text = 'HTTP/1.0 402 Payment Required\r\n\r\nno'
    expect(read(text)).toEqual({ is: 'more' })
    expect(bodyOf(read(text, true))).toBe('no')
  })

  it('may come after interim ones, and may have no body', () => {
    expect(bodyOf(read('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'))).toBe('')
  })

  it.each([
    ['', 'truncated'],
    ['HTTP/1.1 200 OK\r\nContent-Le', 'truncated'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', 'truncated'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', 'truncated'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'truncated'],
  ])('that is cut off is truncated: %j', (text, because) => expect(read(text, true)).toEqual(broken(because)))

  it.each([
    'SSH-2.0-OpenSSH_9.6\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 101 Switching\r\n\r\n',
    'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTrailer: 1\r\n\r\n',
  ])('that could be read in two ways is unreadable: %j', (text) =>
    expect(read(text, true)).toEqual(broken('unreadable')),
  )

  it('that is larger than the cap is not held', () => {
    expect(read(`HTTP/1.1 200 OK\r\nContent-Length: ${responseCapBytes + 1}\r\n\r\n`)).toEqual(
      broken('too-large'),
    )
    expect(read(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(responseCapBytes)}`)).toEqual(broken('too-large'))
    expect(read(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`)).toEqual(broken('too-large'))
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n')).toEqual(
      broken('too-large'),
    )
  })
})

describe('any response', () => {
  const body = fc.string({ unit: 'binary-ascii', maxLength: 300 })
  const cuts = fc.array(fc.nat(), { maxLength: 12 })

  it('reads the same however it is cut', () => {
    fc.assert(
      fc.property(body, cuts, fc.boolean(), (text, at, chunked) => {
        const half = text.length >> 1
        const pieces = [text.slice(0, half), text.slice(half)].filter((piece) => piece.length > 0)
        const coded = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')
        const framed = chunked
          ? `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${coded}0\r\n\r\n`
          : `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`
        const reader = new HttpResponseReader()
        const ends = [...at.map((cut) => cut % framed.length), framed.length].sort((a, b) => a - b)
        let from = 0
        let reading: Reading = { is: 'more' }
        for (const end of ends) {
          reading = reader.push(Buffer.from(framed.slice(from, end), 'latin1'))
          if (end < framed.length && reading.is !== 'more') return false
          from = end
        }
        return bodyOf(reading) === text
      }),
      seeded(),
    )
  })

  it('that was damaged is read or refused, and never thrown over', () => {
    const whole = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }), (damage) => {
        const bytes = Buffer.from(whole, 'latin1')
        for (const [at, value] of damage) bytes[at] = value
        const reader = new HttpResponseReader()
        const reading = reader.push(bytes)
        return reading.is !== 'more' || reader.end().is !== 'more'
      }),
      { ...seeded(), numRuns: 2_000 },
    )
  })
})
