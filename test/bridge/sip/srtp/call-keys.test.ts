import { describe, expect, it } from 'vitest'
import { readProfile } from '../../../../src/bridge/sip/profile.ts'
import { CallKeys, type Terms } from '../../../../src/bridge/sip/srtp/call-keys.ts'
import { newKeying } from '../../../../src/bridge/sip/srtp/sdes.ts'
import type { Suite } from '../../../../src/bridge/sip/srtp/suite.ts'

const [long, short]: Suite[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32']
const clear: Terms = { profile: readProfile('RTP/AVP'), lines: [] }
const sealed = (...lines: [number, Suite][]): Terms => ({
  profile: readProfile('RTP/SAVP'),
  lines: lines.map(([tag, suite]) => ({ tag, keying: newKeying(suite) })),
})
const open = (...required: string[]) => new CallKeys({ requires: (side) => required.includes(side) })
const avp = readProfile('RTP/AVP')
const savp = readProfile('RTP/SAVP')

describe('the keys of a call', () => {
  it('are asked for on the other side as they were offered, in a key of ours', () => {
    const keys = open()
    const offer = sealed([1, long!])
    keys.offered('offerer', offer)
    const invitation = keys.invite('offerer', undefined)
    expect(invitation.profile).toEqual(savp)
    expect(invitation.lines.map(({ tag, keying }) => [tag, keying.suite])).toEqual([
      [1, long],
      [2, short],
    ])
    expect(invitation.lines.map(({ keying }) => keying.inline)).not.toContain(offer.lines[0]!.keying.inline)
  })

  it('are agreed on for each leg by itself', () => {
    const keys = open()
    const offer = sealed([7, short!], [8, long!])
    keys.offered('offerer', offer)
    keys.invite('offerer', avp)
    const acceptance = keys.answered('answerer', clear)
    expect(acceptance.lines).toMatchObject([{ tag: 7, keying: { suite: short } }])
    expect(keys.of('answerer')).toBeUndefined()
    expect(keys.of('offerer')).toEqual({
      ours: acceptance.lines[0]!.keying,
      theirs: offer.lines[0]!.keying,
    })
  })

  it('take up the line of ours that the answer names', () => {
    const keys = open()
    keys.offered('offerer', clear)
    const invitation = keys.invite('offerer', savp)
    const answer = sealed([2, short!])
    expect(keys.answered('answerer', answer)).toEqual(clear)
    expect(keys.of('answerer')).toEqual({
      ours: invitation.lines[1]!.keying,
      theirs: answer.lines[0]!.keying,
    })
  })

  it('stay the same when they are told again', () => {
    const keys = open()
    const round = () => {
      keys.offered('offerer', clear)
      return keys.invite('offerer', savp).lines
    }
    expect(round()).toEqual(round())
  })

  it('carry an identifier back to who asked for one', () => {
    const keys = open()
    const mki = { value: 1, octets: 1 }
    keys.offered('offerer', { profile: savp, lines: [{ tag: 1, keying: { ...newKeying(long!), mki } }] })
    keys.invite('offerer', avp)
    expect(keys.answered('answerer', clear).lines[0]!.keying.mki).toEqual(mki)
  })
})

describe('what would take the encryption away is refused', () => {
  it('an offer of SRTP without a key that is spoken', () => {
    expect(() => open().offered('offerer', sealed())).toThrow('without a key')
  })

  it('an answer in the clear to an offer that is encrypted, and the other way', () => {
    const keys = open()
    keys.offered('offerer', sealed([1, long!]))
    keys.invite('offerer', undefined)
    expect(() => keys.answered('answerer', clear)).toThrow('as encrypted as its offer')
    keys.invite('offerer', avp)
    expect(() => keys.answered('answerer', sealed([1, long!]))).toThrow('as encrypted as its offer')
    expect(keys.of('offerer')).toBeUndefined()
  })

  it('an answer with a suite or a number that was not offered', () => {
    const keys = open()
    keys.offered('offerer', clear)
    keys.invite('offerer', savp)
    expect(() => keys.answered('answerer', sealed([2, long!]))).toThrow('none of the keys')
    expect(() => keys.answered('answerer', sealed([3, short!]))).toThrow('none of the keys')
  })

  it('an offer in the clear on a leg that has been encrypted', () => {
    const keys = open()
    keys.offered('offerer', sealed([1, long!]))
    keys.invite('offerer', undefined)
    keys.answered('answerer', sealed([1, long!]))
    expect(() => keys.offered('offerer', clear)).toThrow('no longer without')
    // Whoever has it is asked for it again, whatever the edge wants for a side that it knows nothing of.
    for (const wanted of [undefined, avp]) expect(keys.invite('offerer', wanted).profile.secure).toBe(true)
  })

  it('a party in the clear where the rule asks for SRTP; who is asked by us is asked for it', () => {
    const keys = open('answerer')
    keys.offered('offerer', clear)
    for (const wanted of [undefined, avp]) expect(keys.invite('offerer', wanted).profile.secure).toBe(true)
    expect(() => open('offerer').offered('offerer', clear)).toThrow('has to use SRTP')
  })
})
