import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { CallResource } from '../../src/contracts/desk-port.ts'
import { expiryIn } from '../../src/demo/demo-cards.ts'
import { freePorts } from '../../src/supervisor/free-ports.ts'
import { House } from './house.ts'

const top = path.resolve(import.meta.dirname, '..', '..')
const house = new House({ collection: { firstDigitSeconds: 60, betweenDigitsSeconds: 60 } })
let config: string

beforeAll(async () => {
  await house.open()
  config = path.join(house.platform.dataDir, 'running.yaml')
  const { control, simulator } = house.platform.addresses
  const ports = { control: new URL(control).port, simulator: new URL(simulator).port }
  writeFileSync(
    config,
    `control: { port: ${ports.control} }\nsandbox: { simulatorPort: ${ports.simulator} }\n`,
  )
})
afterAll(() => house.close())

async function tonewall(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(top, 'bin', 'tonewall.mjs'), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [code, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

describe('tonewall call', () => {
  it('calls, speaks, keys a card that is being asked for, and says what it did', async () => {
    const from = '+447700900191'
    // Ten seconds for the test to ask for the card; the fields follow one another without waiting for anybody.
    const script = [
      'speak caller-order',
      'wait 10000',
      // By message: a machine that is too busy for real-time audio does not matter.
      'keys 4242424242424242 tone=80 gap=80 report=message',
      `keys ${expiryIn(2, systemClock.now())}123 tone=80 gap=80 report=message`,
      'wait 3000',
      'hang-up',
    ].join('; ')
    const running = tonewall(['call', '--config', config, '--from', from, '--script', script])
    const isOurs = (call: CallResource) =>
      call.from === from && call.status === 'live' && call.agent === 'joined'
    const call = await house.watch.until('a live call', () => [...house.watch.calls.values()].find(isOurs))
    const body = { callId: call.id, amountMinor: 2_750, currency: 'GBP', reference: 'call-1' }
    const payment = await house.api.createPayment(body)
    await house.api.act(payment.id, 'arm')
    const status = (wanted: string) => (one: { status: string }) => one.status === wanted
    const captured = await house.watch.untilPayment(payment.id, 'captured', status('captured'), 60_000)
    expect(captured).toMatchObject({ brand: 'visa', last4: '4242', attempts: 1 })
    const { code, stdout, stderr } = await running
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^6 steps, 23 keys, \d+\.\d s; ended: hung-up-here\nheard \d+ frames of 20 ms, sent \d+\n$/,
    )
    const [, heard, sent] = /heard (\d+) .* sent (\d+)/.exec(stdout) ?? []
    // A call of 13 s and more; the greeting of the sandbox's agent is in it.
    expect(Number(sent)).toBeGreaterThan(650)
    expect(Number(heard)).toBeGreaterThan(100)
    await house.watch.until('the end', () => house.watch.calls.get(call.id)?.status === 'ended', 30_000)
  })

  it('takes the addresses from the environment too', async () => {
    const { simulator } = house.platform.addresses
    const env = { TONEWALL_SANDBOX_SIMULATOR_PORT: new URL(simulator).port }
    const { code, stdout } = await tonewall(['call', '--script', 'keys 1; hang-up'], env)
    expect(stdout).toContain('2 steps, 1 key,')
    expect(code).toBe(0)
  })

  it.each([
    ['a step that is none', 'keys 12; dance', 'step 2: a step is one of speak, hush, wait, keys, hang-up'],
    ['keys that are none', 'keys 4242x', 'step 1: keys are 0-9, *, #, A-D'],
    ['speech that is not there', 'speak nobody', 'no canned speech of this name, and no WAV file: nobody'],
    ['a file that is not there', 'speak nowhere.wav', 'nowhere.wav cannot be read (ENOENT)'],
  ])('refuses %s in one line, and does not call', async (_what, script, line) => {
    const from = '+447700900193'
    const args = ['call', '--config', config, '--from', from, '--script', script]
    const { code, stdout, stderr } = await tonewall(args)
    expect(stderr).toBe(`tonewall: ${line}\n`)
    expect(stdout).toBe('')
    expect(code).toBe(1)
    expect((await house.api.calls()).filter((call) => call.from === from)).toEqual([])
  })

  it('says in one line that no platform is running', async () => {
    const [port = 0] = await freePorts(1)
    const { code, stderr } = await tonewall(['call'], { TONEWALL_SANDBOX_SIMULATOR_PORT: String(port) })
    expect(stderr).toBe(
      `tonewall: no telephone network answers at http://127.0.0.1:${port}; is the sandbox running? (tonewall start)\n`,
    )
    expect(code).toBe(1)
  })

  it('ends with 1 and says how far it came when the call is cut short', async () => {
    const from = '+447700900192'
    const running = tonewall(['call', '--config', config, '--from', from, '--script', 'wait 60000; hang-up'])
    const { call, agent } = await house.answerAs(from)
    await agent.hangUp()
    const { code, stdout, stderr } = await running
    expect(stdout).toContain('ended: hung-up-by-platform')
    expect(stderr).toBe('tonewall: the call ended before step 1 of 2 was done\n')
    expect(code).toBe(1)
    await house.watch.until('the end', () => house.watch.calls.get(call.id)?.status === 'ended', 30_000)
  })
})
