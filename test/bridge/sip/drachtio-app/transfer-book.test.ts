import { describe, expect, it } from 'vitest'
import { copiedHeaders } from '../../../../src/bridge/sip/drachtio-app/copied-headers.ts'
import { TransferBook } from '../../../../src/bridge/sip/drachtio-app/transfer-book.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const transfer = { agent: '2001', merchantId: 'mer_one', metadata: { crmRecord: 'Case:500' } }
const expected = { ...transfer, token: '12345678', validMs: 60_000 }

describe('a transfer’s token', () => {
  it('works once, for the agent it was announced for', () => {
    const book = new TransferBook(new ManualClock())
    book.expect(expected)
    expect(book.take('12345678')).toEqual(transfer)
    expect(book.take('12345678')).toBeUndefined()
  })

  it('works for its time', async () => {
    const clock = new ManualClock()
    const book = new TransferBook(clock)
    book.expect(expected)
    await clock.turn(60_000)
    expect(book.take('12345678')).toBeUndefined()
  })

  it('cannot be guessed: after twenty wrong ones within a minute the right one is not taken either', async () => {
    const clock = new ManualClock()
    const book = new TransferBook(clock)
    book.expect({ ...expected, validMs: 600_000 })
    for (let i = 0; i < 20; i++) expect(book.take(String(20_000_000 + i))).toBeUndefined()
    expect(book.take('12345678')).toBeUndefined()
    await clock.turn(60_000)
    expect(book.take('12345678')).toMatchObject({ agent: '2001' })
  })
})

describe('a header that is passed on', () => {
  it('is one that says who calls, and cannot begin another', () => {
    const headers: Record<string, string> = {
      Diversion: '<sip:1@x>',
      'User-to-User': 'a\r\nVia: evil',
      'History-Info': 'x'.repeat(3_000),
      'Proxy-Authorization': 'Digest …',
    }
    const request = { body: '', get: (name: string) => headers[name], has: (name: string) => name in headers }
    expect(copiedHeaders(request)).toEqual({ Diversion: '<sip:1@x>' })
  })
})
