import { describe, expect, it } from 'vitest'
import { RoundClock } from '../../src/bridge/round-clock.ts'
import { ManualClock } from '../support/manual-clock.ts'

describe('the clock of the bridge', () => {
  it('stands still during a round of packets, and shows the time of the system otherwise', async () => {
    const system = new ManualClock()
    const clock = new RoundClock(system)
    await system.turn(5.5)
    clock.begin()
    await system.turn(2)
    expect(clock.monotonicMs()).toBe(5.5)
    clock.end()
    expect(clock.monotonicMs()).toBe(7.5)
    expect(clock.now()).toBe(system.now())
  })

  it('runs its tasks when their time has come, whatever round there is', async () => {
    const system = new ManualClock()
    const clock = new RoundClock(system)
    let ran = 0
    clock.begin()
    clock.after(10, () => ran++)
    clock.after(10, () => ran++).cancel()
    await system.turn(10)
    expect(ran).toBe(1)
  })
})
