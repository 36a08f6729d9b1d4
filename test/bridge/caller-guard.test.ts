import { beforeEach, describe, expect, it } from 'vitest'
import type { Facts, Log } from '../../src/base/log.ts'
import { silentLog } from '../../src/base/log.ts'
import { CallerGuard } from '../../src/bridge/caller-guard.ts'
import { FakeToneChannel } from './support/fake-tone-channel.ts'

const frame = Buffer.alloc(160)
let warnings: Facts[]
let guard: CallerGuard

beforeEach(() => {
  warnings = []
  const log: Log = { ...silentLog, warn: (facts) => void warnings.push(facts) }
  const nothing = () => {}
  const channel = new FakeToneChannel()
  guard = new CallerGuard({
    channel,
    log,
    callId: 'call_1',
    onPress: nothing,
    onFrame: nothing,
    onFailed: nothing,
  })
})

describe('a masked line that loses audio', () => {
  it('has it in the log how much, once the mask comes off', () => {
    guard.stage.lost(160, frame)
    guard.arm()
    guard.stage.lost(160, frame)
    guard.stage.process(Buffer.alloc(160), frame)
    guard.stage.lost(320, frame)
    guard.disarm()
    expect(warnings).toEqual([{ callId: 'call_1', durationMs: 60 }])
  })

  it('has it in the log when the leg ends masked, and once', () => {
    guard.arm()
    guard.stage.lost(160, frame)
    guard.stage.release()
    guard.stage.release()
    expect(warnings).toEqual([{ callId: 'call_1', durationMs: 20 }])
  })

  it('says nothing when nothing was lost, or only while the line was open', () => {
    guard.stage.lost(160, frame)
    guard.arm()
    guard.stage.process(Buffer.alloc(160), frame)
    guard.disarm()
    guard.stage.lost(160, frame)
    guard.stage.release()
    expect(warnings).toEqual([])
  })
})
