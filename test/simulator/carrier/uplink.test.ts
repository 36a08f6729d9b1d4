import { describe, expect, it } from 'vitest'
import { Uplink } from '../../../src/simulator/carrier/uplink.ts'
import { keyTone } from '../../../src/simulator/key-tone.ts'

const frame = (octet: number) => Buffer.alloc(160, octet)
const pull = (uplink: Uplink) => {
  const frames: Buffer[] = []
  uplink.pull((one) => void frames.push(one))
  return frames
}
const first = (uplink: Uplink) => pull(uplink).map((one) => one[0])

describe('audio from a handset to the platform', () => {
  it('is silence every 20 ms until somebody talks', () => {
    const uplink = new Uplink()
    expect([first(uplink), first(uplink)]).toEqual([[0xff], [0xff]])
  })

  it('waits for a late frame of a talking handset and makes up for it, so that no tone is torn', () => {
    const uplink = new Uplink()
    uplink.push(frame(1))
    expect(first(uplink)).toEqual([1])
    expect(first(uplink)).toEqual([])
    expect(first(uplink)).toEqual([])
    uplink.push(Buffer.concat([frame(2), frame(3), frame(4), frame(5)]))
    expect(first(uplink)).toEqual([2, 3, 4])
    expect(first(uplink)).toEqual([5])
  })

  it('puts silence in the place of what is later than a second', () => {
    const uplink = new Uplink()
    uplink.push(frame(1))
    pull(uplink)
    const late = Array.from({ length: 55 }, () => first(uplink)).flat()
    expect(late).toEqual([0xff, 0xff, 0xff, 0xff, 0xff])
    expect(uplink.counts).toEqual({ silenced: 5, dropped: 0 })
  })

  it('drops the oldest of a handset whose clock runs fast', () => {
    const uplink = new Uplink()
    for (let i = 0; i < 61; i++) uplink.push(frame(i))
    expect(first(uplink)).toEqual([51])
    expect(uplink.counts).toEqual({ silenced: 0, dropped: 51 })
  })

  it('drops nothing that a standstill held up', () => {
    const uplink = new Uplink()
    uplink.push(frame(255))
    for (let i = 0; i < 51; i++) pull(uplink)
    for (let i = 0; i < 100; i++) uplink.push(frame(i))
    expect(first(uplink)).toEqual(Array.from({ length: 51 }, (_, i) => i))
    expect(uplink.counts).toEqual({ silenced: 0, dropped: 0 })
  })

  it('goes back to the robot when the handset is gone', () => {
    const uplink = new Uplink(() => frame(9))
    expect(first(uplink)).toEqual([9])
    uplink.push(frame(1))
    expect(first(uplink)).toEqual([1])
    uplink.release()
    expect(first(uplink)).toEqual([9])
  })

  it('lays a key over speech, sample by sample, and the microphone is heard again after it', () => {
    const uplink = new Uplink()
    const ended: string[] = []
    uplink.press({ key: '5', toneMs: 50, onEnd: () => ended.push('5') })
    uplink.press({ key: '6', toneMs: 20, onEnd: () => ended.push('6') })
    for (let i = 0; i < 8; i++) uplink.push(frame(0x55))
    const sent = Buffer.concat(Array.from({ length: 8 }, () => pull(uplink)).flat())
    expect(sent.subarray(0, 400).equals(Buffer.from(keyTone('5', 50)))).toBe(true)
    expect(sent.subarray(400, 720).every((octet) => octet === 0x55)).toBe(true)
    expect(sent.subarray(720, 880).equals(Buffer.from(keyTone('6', 20)))).toBe(true)
    expect(sent.subarray(880).every((octet) => octet === 0x55)).toBe(true)
    expect(ended).toEqual(['5', '6'])
  })

  it('does what has its turn between the frames around it, also when several leave at once', () => {
    const uplink = new Uplink()
    const sent: unknown[] = []
    const send = (one: Buffer) => void sent.push(one[0])
    uplink.push(frame(1))
    for (let i = 0; i < 4; i++) uplink.pull(send)
    uplink.push(frame(2))
    uplink.inTurn(() => sent.push('task'))
    uplink.push(frame(3))
    uplink.pull(send)
    expect(sent).toEqual([1, 2, 'task', 3])
  })
})
