import { describe, expect, it } from 'vitest'
import { Uplink } from '../../../src/simulator/carrier/uplink.ts'
import { keyTone } from '../../../src/simulator/key-tone.ts'

const frame = (octet: number) => Buffer.alloc(160, octet)
const first = (uplink: Uplink) => uplink.pull().frames.map((one) => one[0])

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

  it('puts silence in the place of what is later than 400 ms', () => {
    const uplink = new Uplink()
    uplink.push(frame(1))
    uplink.pull()
    const late = Array.from({ length: 25 }, () => first(uplink)).flat()
    expect(late).toEqual([0xff, 0xff, 0xff, 0xff, 0xff])
  })

  it('drops the oldest of a handset whose clock runs fast', () => {
    const uplink = new Uplink()
    for (let i = 0; i < 61; i++) uplink.push(frame(i))
    expect(first(uplink)).toEqual([51])
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
    const sent = Buffer.concat(Array.from({ length: 8 }, () => uplink.pull().frames).flat())
    expect(sent.subarray(0, 400).equals(Buffer.from(keyTone('5', 50)))).toBe(true)
    expect(sent.subarray(400, 720).every((octet) => octet === 0x55)).toBe(true)
    expect(sent.subarray(720, 880).equals(Buffer.from(keyTone('6', 20)))).toBe(true)
    expect(sent.subarray(880).every((octet) => octet === 0x55)).toBe(true)
    expect(ended).toEqual(['5', '6'])
  })
})
