import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CounterCipher } from '../../../../src/bridge/sip/srtp/counter-cipher.ts'
import { newKeying } from '../../../../src/bridge/sip/srtp/sdes.ts'
import { deriveKey, SessionKeys } from '../../../../src/bridge/sip/srtp/session-keys.ts'
import { SrtpReceiver } from '../../../../src/bridge/sip/srtp/srtp-receiver.ts'
import { SrtpSender } from '../../../../src/bridge/sip/srtp/srtp-sender.ts'
import { type Keying, rtpTagOctets, suites } from '../../../../src/bridge/sip/srtp/suite.ts'

const seed = Number(process.env.SEED ?? Date.now())
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6')

describe('the vectors of RFC 3711', () => {
  it.each([
    ['cipher key', 0, 'C61E7A93744F39EE10734AFE3FF7A087'],
    ['cipher salt', 2, '30CBBC08863D8C85D49DB34A9AE1'],
    [
      'authentication key',
      1,
      `CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF7
       2270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2DC68`,
    ],
  ])('B.3: the %s', (_, label, expected) => {
    const octets = hex(expected)
    expect(deriveKey(master, label, octets.length)).toEqual(octets)
  })

  it('B.2: AES in counter mode', () => {
    const key = hex('2B7E151628AED2A6ABF7158809CF4F3C')
    const cipher = new CounterCipher(key, hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'))
    const stream = Buffer.alloc(48)
    cipher.apply(stream, 0, 0)
    expect(stream).toEqual(
      hex(
        `E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
         41E95B3BB0A2E8DD477901E4FCA894C0`,
      ),
    )
  })
})

/** The reference packets of libsrtp's driver, made with the master key of RFC 3711 B.3. */
describe('the packets that every implementation is checked with', () => {
  const keying: Keying = { suite: 'AES_CM_128_HMAC_SHA1_80', inline: master.toString('base64') }
  const rtp = hex(`800f1234decafbadcafebabe ${'ab'.repeat(16)}`)
  const srtp = hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb')
  const rtcp = hex(`81c8000bcafebabe ${'ab'.repeat(16)}`)
  const srtcp = hex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798')

  it('are made so', () => {
    const sender = new SrtpSender(keying)
    expect(sender.rtp(rtp)).toEqual(srtp)
    sender.rtcp(rtcp)
    // The reference counts its reports from 1, which was the second.
    expect(sender.rtcp(rtcp)).toEqual(srtcp)
  })

  it('are read so', () => {
    const receiver = new SrtpReceiver({ keying })
    expect(receiver.rtp(Buffer.from(srtp))).toEqual(rtp)
    expect(receiver.rtcp(Buffer.from(srtcp))).toEqual(rtcp)
  })
})

function packet(sequence: number, { ssrc = 7, payload = Buffer.alloc(160, 0x5a) } = {}): Buffer {
  const bytes = Buffer.alloc(12 + payload.length)
  bytes[0] = 0x80
  bytes.writeUInt16BE(sequence & 0xffff, 2)
  bytes.writeUInt32BE(sequence * 160, 4)
  bytes.writeUInt32BE(ssrc, 8)
  bytes.set(payload, 12)
  return bytes
}

const report = () => Buffer.concat([hex('80c90001'), randomBytes(4)])

describe.each(suites)('%s', (suite) => {
  const pair = (mki?: Keying['mki']) => {
    const keying = { ...newKeying(suite), mki }
    return { keying, sender: new SrtpSender(keying), receiver: new SrtpReceiver({ keying }) }
  }

  it('gives back what was sent, and nothing of it stands in the packet', () => {
    const { sender, receiver } = pair()
    const sealed = sender.rtp(packet(1))
    expect(sealed.length).toBe(172 + (suite.endsWith('80') ? 10 : 4))
    expect(sealed.includes(Buffer.alloc(8, 0x5a))).toBe(false)
    expect(receiver.rtp(sealed)).toEqual(packet(1))
  })

  it('carries the identifier of its key where one was agreed on, and takes no other', () => {
    const { keying, sender } = pair({ value: 258, octets: 2 })
    const sealed = sender.rtp(packet(1))
    const other = new SrtpReceiver({ keying: { ...keying, mki: { value: 3, octets: 2 } } })
    expect(other.rtp(Buffer.from(sealed))).toBeNull()
    expect(new SrtpReceiver({ keying }).rtp(sealed)).toEqual(packet(1))
    const sealedReport = sender.rtcp(report())
    expect(new SrtpReceiver({ keying }).rtcp(sealedReport)).not.toBeNull()
  })

  it('leaves header extension and contributing sources in the clear', () => {
    const { keying } = pair()
    const clear = Buffer.concat([
      hex('91000001 00000001 00000007 0000000a bede0001 10aa0000'),
      Buffer.alloc(20, 9),
    ])
    // Our own packets have none: another sender's is made by hand.
    const receiver = new SrtpReceiver({ keying })
    expect(receiver.rtp(sealByHand(keying, clear, 24))).toEqual(clear)
  })

  it('takes each packet once, late ones too, but none older than the window', () => {
    const { sender, receiver } = pair()
    const sealed = Array.from({ length: 300 }, (_, i) => sender.rtp(packet(i + 1)))
    const take = (i: number) => receiver.rtp(Buffer.from(sealed[i]!)) !== null
    expect([take(1), take(0), take(0), take(1)]).toEqual([true, true, false, false])
    expect([take(150), take(30), take(30), take(5)]).toEqual([true, true, false, false])
  })

  it('goes on over the wrap of sequence numbers, as often as they wrap, with losses and disorder', () => {
    const { sender, receiver } = pair()
    const isNearWrap = (n: number) => n % 0x1_0000 > 0xffe0 || n % 0x1_0000 < 16
    let [sent, taken, n] = [0, 0, 0xffe0]
    for (; n < 3 * 0x1_0000 + 16; n += isNearWrap(n) ? 2 : 14) {
      const [first, second] = [sender.rtp(packet(n)), sender.rtp(packet(n + 1))]
      for (const sealed of [second, first]) if (receiver.rtp(sealed)) taken++
      sent += 2
    }
    expect(taken).toBe(sent)
    expect(receiver.rollovers).toEqual({ 7: 3 })
  })

  it('finds its place again in another life of the process', () => {
    const { keying, sender, receiver } = pair()
    let told = 0
    const watched = new SrtpReceiver({ keying, onRollover: () => told++ })
    for (let n = 0xff00; n < 0x1_0100; n++) {
      const sealed = sender.rtp(packet(n))
      watched.rtp(Buffer.from(sealed))
      receiver.rtp(sealed)
    }
    expect(told).toBe(1)
    const next = new SrtpReceiver({ keying, rollovers: watched.rollovers })
    expect(next.rtp(sender.rtp(packet(0x1_0200)))).toEqual(packet(0x1_0200))
    // A wrap that nobody was there to see.
    for (let n = 0x1_0201; n < 0x2_0005; n++) sender.rtp(packet(n))
    const later = new SrtpReceiver({ keying, rollovers: watched.rollovers })
    expect(later.rtp(sender.rtp(packet(0x2_0006)))).not.toBeNull()
  })

  it('gives every source a count of its own', () => {
    const { keying, receiver } = pair()
    for (const ssrc of [1, 2, 3])
      expect(receiver.rtp(new SrtpSender(keying).rtp(packet(9, { ssrc })))).toEqual(packet(9, { ssrc }))
  })

  it('reads reports once, encrypted ones only', () => {
    const { sender, receiver } = pair()
    const clear = report()
    const sealed = sender.rtcp(clear)
    const unencrypted = Buffer.from(sealed)
    unencrypted[8]! &= 0x7f
    expect(receiver.rtcp(unencrypted)).toBeNull()
    expect(receiver.rtcp(Buffer.from(sealed))).toEqual(clear)
    expect(receiver.rtcp(sealed)).toBeNull()
    expect(receiver.rtcp(sender.rtcp(clear))).toEqual(clear)
  })

  it(`refuses what anybody has touched, and anything at all that is no packet (seed ${seed})`, () => {
    const { keying, sender } = pair()
    const sealed = [sender.rtp(packet(1)), sender.rtcp(report())] as const
    const flips = fc.tuple(fc.nat(7), fc.nat(1_000), fc.boolean())
    fc.assert(
      fc.property(flips, ([bit, at, isReport]) => {
        const receiver = new SrtpReceiver({ keying })
        const touched = Buffer.from(isReport ? sealed[1] : sealed[0])
        touched[at % touched.length]! ^= 1 << bit
        expect(isReport ? receiver.rtcp(touched) : receiver.rtp(touched)).toBeNull()
      }),
      { seed, numRuns: 400 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (any) => {
        const receiver = new SrtpReceiver({ keying })
        // A tag of 32 bits is guessed once in four thousand million times.
        expect(receiver.rtp(Buffer.from(any))).toBeNull()
        expect(receiver.rtcp(Buffer.from(any))).toBeNull()
      }),
      { seed, numRuns: 400 },
    )
  })
})

/** As `SrtpSender`, for packets with more than the fixed header. */
function sealByHand(keying: Keying, clear: Buffer, payloadAt: number): Buffer {
  const keys = new SessionKeys(Buffer.from(keying.inline, 'base64'), 'rtp')
  const sealed = Buffer.from(clear)
  keys.cipher.apply(sealed.subarray(payloadAt), sealed.readUInt32BE(8), sealed.readUInt16BE(2))
  const tag = keys.sign(sealed, Buffer.alloc(4)).subarray(0, rtpTagOctets[keying.suite])
  return Buffer.concat([sealed, tag])
}
