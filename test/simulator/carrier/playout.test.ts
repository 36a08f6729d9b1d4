import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Playout } from '../../../src/simulator/carrier/playout.ts'

const frames = (count: number, octet: number) => Buffer.alloc(count * 160, octet)

describe('the playout buffer', () => {
  it('plays portions of any size in frames of 160 octets, and loses and adds nothing but silence at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 12 }), (portions) => {
        const playout = new Playout()
        for (const portion of portions) playout.push(Buffer.from(portion))
        const played: Buffer[] = []
        for (let { frame } = playout.pull(); frame; { frame } = playout.pull()) played.push(frame)
        const sent = Buffer.concat(portions)
        const heard = Buffer.concat(played)
        expect(heard.subarray(0, sent.length).equals(sent)).toBe(true)
        expect(heard.subarray(sent.length).every((octet) => octet === 0xff)).toBe(true)
        expect(heard.length).toBe(Math.ceil(sent.length / 160) * 160)
      }),
    )
  })

  it('gives a mark back with the frame that it follows, not before', () => {
    const playout = new Playout()
    playout.push(frames(2, 1))
    playout.mark('two')
    playout.push(frames(1, 2))
    playout.mark('three')
    expect(playout.pull().marks).toEqual([])
    expect(playout.pull().marks).toEqual(['two'])
    expect(playout.pull().marks).toEqual(['three'])
    expect(playout.pull()).toEqual({ frame: undefined, marks: [] })
  })

  it('gives a mark back at once when nothing waits before it', () => {
    const playout = new Playout()
    playout.mark('now')
    expect(playout.pull().marks).toEqual(['now'])
  })

  it('forgets what is cleared and names the marks in it', () => {
    const playout = new Playout()
    playout.push(frames(5, 1))
    playout.mark('lost')
    expect(playout.clear()).toEqual(['lost'])
    playout.push(frames(1, 2))
    expect(playout.pull().frame?.[0]).toBe(2)
  })
})
