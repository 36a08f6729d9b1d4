import { describe, expect, it } from 'vitest'
import { newKeying, readCryptoLines, writeCryptoLine } from '../../../../src/bridge/sip/srtp/sdes.ts'

const inline = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz'
const line = (rest: string, tag = 1) => `a=crypto:${tag} ${rest}`

describe('a=crypto', () => {
  it('is read as the examples of RFC 4568 have it', () => {
    const lines = [
      'm=audio 49170 RTP/SAVP 0',
      `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${inline}|2^20|1:4`,
      'a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20',
    ]
    expect(readCryptoLines(lines)).toEqual([
      { tag: 1, keying: { suite: 'AES_CM_128_HMAC_SHA1_80', inline, mki: { value: 1, octets: 4 } } },
      {
        tag: 2,
        keying: { suite: 'AES_CM_128_HMAC_SHA1_32', inline: 'NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj' },
      },
    ])
  })

  it.each([
    ['a suite that is not spoken', `F8_128_HMAC_SHA1_80 inline:${inline}`],
    ['a longer key', `AES_256_CM_HMAC_SHA1_80 inline:${inline}${inline}`],
    ['a key that is too short', `AES_CM_128_HMAC_SHA1_80 inline:${inline.slice(4)}`],
    ['several keys', `AES_CM_128_HMAC_SHA1_80 inline:${inline}|2^20|1:4;inline:${inline}|2^20|2:4`],
    ['a key identifier that does not fit', `AES_CM_128_HMAC_SHA1_80 inline:${inline}|2^20|256:1`],
    ['packets in the clear', `AES_CM_128_HMAC_SHA1_80 inline:${inline} UNENCRYPTED_SRTP`],
    ['unsigned packets', `AES_CM_128_HMAC_SHA1_80 inline:${inline} UNAUTHENTICATED_SRTP`],
    ['keys that are derived anew', `AES_CM_128_HMAC_SHA1_80 inline:${inline} KDR=1`],
    [
      'forward error correction in another order',
      `AES_CM_128_HMAC_SHA1_80 inline:${inline} FEC_ORDER=SRTP_FEC`,
    ],
    ['no key', 'AES_CM_128_HMAC_SHA1_80'],
  ])('with %s is passed over, and the next one counts', (_, rest) => {
    const usable = line(`AES_CM_128_HMAC_SHA1_32 inline:${inline}`, 2)
    expect(readCryptoLines([line(rest), usable]).map(({ tag }) => tag)).toEqual([2])
  })

  it('with parameters that change nothing is taken', () => {
    expect(readCryptoLines([line(`AES_CM_128_HMAC_SHA1_80 inline:${inline} KDR=0 WSH=64`)])).toHaveLength(1)
  })

  it('is written so that it is read the same', () => {
    for (const keying of [
      newKeying('AES_CM_128_HMAC_SHA1_80'),
      { ...newKeying('AES_CM_128_HMAC_SHA1_32'), mki: { value: 5, octets: 1 } },
    ])
      expect(readCryptoLines([writeCryptoLine({ tag: 9, keying })])).toEqual([{ tag: 9, keying }])
  })

  it('has a key that nobody had before', () => {
    const keys = Array.from({ length: 100 }, () => newKeying('AES_CM_128_HMAC_SHA1_80').inline)
    expect(new Set(keys).size).toBe(100)
  })
})
