import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { Sealer } from '../../../src/control/secrets/sealer.ts'

const key = (id: string, fill: number) => ({ id, key: new Secret(Buffer.alloc(32, fill).toString('base64')) })
const place = 'connections con_1 tokens'
const broken = expect.objectContaining({ code: 'SEAL_BROKEN' })

describe('a sealed secret', () => {
  const sealer = new Sealer([key('a', 1)])
  const sealed = sealer.seal(new Secret('refresh-token'), place)

  it('opens where it belongs, and shows nothing of itself', () => {
    expect(sealer.open(sealed, place).reveal()).toBe('refresh-token')
    expect(sealed).toMatch(/^sealed:1:a:[\w-]+$/)
    expect(Buffer.from(sealed.split(':')[3] ?? '', 'base64url').includes('refresh-token')).toBe(false)
  })

  it('is another text each time', () => {
    expect(sealer.seal(new Secret('refresh-token'), place)).not.toBe(sealed)
  })

  it('does not open in another row, with a bit changed, cut short, or under another key of the same name', () => {
    expect(() => sealer.open(sealed, 'connections con_2 tokens')).toThrow(broken)
    const [head, body = ''] = [sealed.slice(0, 11), sealed.slice(11)]
    const bytes = Buffer.from(body, 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => sealer.open(head + changed.toString('base64url'), place)).toThrow(broken)
    }
    expect(() => sealer.open(sealed.slice(0, 20), place)).toThrow(broken)
    expect(() => new Sealer([key('a', 2)]).open(sealed, place)).toThrow(broken)
    expect(() => sealer.open('whsec_in_the_clear', place)).toThrow(broken)
  })

  it('opens under the old key when there is a newer one, which then seals', () => {
    const rotated = new Sealer([key('b', 2), key('a', 1)])
    expect(rotated.open(sealed, place).reveal()).toBe('refresh-token')
    expect(rotated.isStale(sealed)).toBe(true)
    expect(rotated.seal(new Secret('x'), place)).toMatch(/^sealed:1:b:/)
  })

  it('cannot be made without a key', () => {
    const none = expect.objectContaining({ code: 'SEALING_KEY_MISSING' })
    expect(() => new Sealer([]).seal(new Secret('x'), place)).toThrow(none)
    expect(() => new Sealer([]).keyFor('panel')).toThrow(none)
    expect(() => new Sealer([{ id: 'a', key: new Secret('short') }])).toThrow(RangeError)
  })
})
