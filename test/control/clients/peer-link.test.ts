import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { Secret } from '../../../src/base/secret.ts'
import { type BridgeClient, connectBridge } from '../../../src/control/clients/bridge-client.ts'
import { within } from '../../../src/control/clients/deadline.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ScriptedBridge } from '../payments/scripted-bridge.ts'
import { until } from '../payments/until.ts'

const token = new Secret('t'.repeat(43))
const callId = 'call_00000000000000000000000000'
let dir: string
let clock: ManualClock
let bridge: ScriptedBridge
let link: BridgeClient
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'link-'))
  clock = new ManualClock()
  const socketPath = path.join(dir, 'bridge.sock')
  bridge = new ScriptedBridge({ socketPath, token, journal: [] })
  await bridge.start()
  link = connectBridge({ socketPath, token, clock, log: silentLog })
})
afterEach(async () => {
  link.close()
  await bridge.kill()
  rmSync(dir, { recursive: true, force: true })
})

const isUp = () =>
  until('the link is up', async () => {
    await clock.turn(50)
    return link.up
  })

describe('the one link to another process', () => {
  it('tells every listener, also when one of them fails', async () => {
    const heard: string[] = []
    await isUp()
    link.listen({
      onEvent: () => {
        throw new Error('a bug in a listener')
      },
    })
    const unlisten = link.listen({ onEvent: (event) => void heard.push(event.type) })
    bridge.tell({ type: 'leg-joined', callId, role: 'caller', streamSid: 'MZ1', masked: true })
    await until('it is heard', () => heard.length === 1)
    unlisten()
    bridge.tell({ type: 'leg-left', callId, role: 'caller', streamSid: 'MZ1', why: 'stream-lost' })
    await link.call('snapshot', {})
    expect(heard).toEqual(['leg-joined'])
  })

  it('tells one who comes late that it is up, and everybody of every loss and return', async () => {
    const seen: string[] = []
    await isUp()
    link.listen({ onUp: () => void seen.push('up'), onDown: () => void seen.push('down') })
    expect(seen).toEqual(['up'])
    await bridge.kill()
    await until('the loss is known', () => !link.up)
    await bridge.start()
    await isUp()
    expect(seen).toEqual(['up', 'down', 'up'])
  })
})

describe('waiting for another process', () => {
  it('ends by name when it is silent', async () => {
    const waiting = within(clock, 5_000, new Promise(() => {}))
    const refused = expect(waiting).rejects.toMatchObject({ code: 'PEER_SILENT' })
    await clock.turn(5_000)
    await refused
  })

  it('ends with the answer, or with the failure, when there is one', async () => {
    expect(await within(clock, 5_000, Promise.resolve(7))).toBe(7)
    await expect(within(clock, 5_000, Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
