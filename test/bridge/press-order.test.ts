import { describe, expect, it } from 'vitest'
import { KeyKin } from '../../src/bridge/key-kin.ts'
import { PressOrder } from '../../src/bridge/press-order.ts'

function orderOf() {
  let gone = ''
  const order = new PressOrder(({ digit }) => {
    gone += String.fromCharCode(digit)
  })
  const add = (key: string, onsetMs: number, settledMs: number, nowMs: number) =>
    order.add({ digit: key.charCodeAt(0), onsetMs, toneMs: 30 }, settledMs, nowMs)
  return { order, add, gone: () => gone }
}

describe('presses', () => {
  it('go at once when nothing earlier can come', () => {
    const { order, add, gone } = orderOf()
    add('1', 100, 100, 130)
    expect(gone()).toBe('1')
    expect(order.waiting).toBe(0)
  })

  it('wait for an earlier one that is told of late', () => {
    const { add, gone } = orderOf()
    add('2', 300, 600, 330)
    expect(gone()).toBe('')
    add('1', 100, 100, 420)
    expect(gone()).toBe('1')
  })

  it('go when their time has come, and take those before them along', () => {
    const { order, add, gone } = orderOf()
    add('1', 100, 700, 130)
    add('2', 300, 600, 330)
    order.letGo(599)
    expect(gone()).toBe('')
    order.letGo(600)
    expect(gone()).toBe('12')
  })

  it('are settled by a witness who has come as far', () => {
    const { order, add, gone } = orderOf()
    add('1', 100, 900, 130)
    add('2', 300, 900, 330)
    add('3', 500, 900, 530)
    order.settle(300, 600)
    expect(gone()).toBe('12')
    expect(order.waiting).toBe(1)
  })

  it('never wait in numbers: the oldest goes', () => {
    const { order, add, gone } = orderOf()
    for (let i = 0; i < 10; i++) add(String(i), 100 * i, 5_000, 100 * i)
    expect(gone()).toBe('01')
    expect(order.waiting).toBe(8)
    order.clear()
    order.letGo(9_000)
    expect(gone()).toBe('01')
  })
})

describe('the kin of a key', () => {
  it('stays the same on a leg, and is shared by four keys', () => {
    const kin = new KeyKin()
    const dealt = [...'0123456789*#ABCD'].map((key) => kin.of(key.charCodeAt(0)))
    for (const one of [0, 1, 2, 3]) expect(dealt.filter((other) => other === one)).toHaveLength(4)
    expect([...'0123456789*#ABCD'].map((key) => kin.of(key.charCodeAt(0)))).toEqual(dealt)
  })
})
