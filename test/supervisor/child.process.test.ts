import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import { Child } from '../../src/supervisor/child.ts'
import { LaunchedProcess } from '../../src/supervisor/launched-process.ts'
import { ManualClock } from '../support/manual-clock.ts'

const entry = path.resolve(import.meta.dirname, 'support', 'plain-child.ts')

let clock: ManualClock
let lines: string[]
let child: Child

beforeEach(() => {
  clock = new ManualClock()
  lines = []
})
afterEach(() => child.stop(0))

const open = (standby: boolean) => {
  const planned = { name: 'bridge', config: { name: 'told' }, portKey: null, standby } as const
  const onLine = (line: string) => void lines.push(line)
  child = new Child({ planned, entry, readyMs: 20_000, clock, log: silentLog, onLine })
  return child.start()
}

/** Process ids of those that wrote this word, in order. */
const pidsOf = (word: string) =>
  lines.flatMap((line) => (line.startsWith(`${word} `) ? [Number(line.split(' ')[1])] : []))

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(condition(), what).toBe(true)
}

const isGone = (pid: number) => {
  try {
    return process.kill(pid, 0) && false
  } catch {
    return true
  }
}

describe('a process that the supervisor keeps running', () => {
  it('is started again at once when it dies', async () => {
    await open(false)
    process.kill(child.pid!, 'SIGKILL')
    await until('a second life', () => pidsOf('told').length === 2)
    expect(pidsOf('told')[1]).toBe(child.pid)
    expect(pidsOf('loaded')).toHaveLength(2)
  })

  it('waits before the start after the next, so that what cannot run does not use the machine up', async () => {
    await open(false)
    process.kill(child.pid!, 'SIGKILL')
    await until('a second life', () => pidsOf('told').length === 2)
    process.kill(child.pid!, 'SIGKILL')
    await until('its end', () => child.pid === undefined)
    await clock.turn(10_000)
    await until('a third life', () => pidsOf('told').length === 3)
  })
})

describe('a process that is told to stop', () => {
  it('may have died a moment ago, before anybody heard of it', async () => {
    await open(false)
    process.kill(child.pid!, 'SIGKILL')
    // Without a turn of the event loop: its exit is not known here, and its end of the channel is closed.
    while (!readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') Z ')) {}
    await child.stop(1_000)
    expect(child.pid).toBeUndefined()
  })
})

describe('a process with a standby', () => {
  it('has a second one loaded soon after it began, and that one takes over', async () => {
    await open(true)
    expect(pidsOf('loaded')).toHaveLength(1)
    await clock.turn(3_000)
    await until('a standby', () => pidsOf('loaded').length === 2)
    const [first, second] = pidsOf('loaded')
    expect(child.pid).toBe(first)
    // It was told nothing yet.
    expect(pidsOf('told')).toEqual([first])
    process.kill(first!, 'SIGKILL')
    await until('the next life', () => pidsOf('told').length === 2)
    expect(child.pid).toBe(second)
    await clock.turn(3_000)
    await until('another standby', () => pidsOf('loaded').length === 3)
  })

  it('is started plainly when it dies before a standby is there', async () => {
    await open(true)
    process.kill(child.pid!, 'SIGKILL')
    await until('a second life', () => pidsOf('told').length === 2)
  })

  it('gets another standby when the one that waited is lost', async () => {
    await open(true)
    await clock.turn(3_000)
    await until('a standby', () => pidsOf('loaded').length === 2)
    process.kill(pidsOf('loaded')[1]!, 'SIGKILL')
    await until('its end', () => isGone(pidsOf('loaded')[1]!))
    await clock.turn(3_000)
    await until('another standby', () => pidsOf('loaded').length === 3)
    expect(child.pid).toBe(pidsOf('told')[0])
  })

  it('leaves none behind when it is stopped', async () => {
    await open(true)
    await clock.turn(3_000)
    await until('a standby', () => pidsOf('loaded').length === 2)
    await child.stop(1_000)
    await clock.turn(10_000)
    for (const pid of pidsOf('loaded')) expect(isGone(pid)).toBe(true)
  })
})

describe('a standby', () => {
  it('ends quietly when its supervisor is gone', async () => {
    await open(false)
    const launched = new LaunchedProcess({ entry, onLine: (line) => void lines.push(line) })
    await until('it is loaded', () => pidsOf('loaded').length === 2)
    const ended = new Promise((resolve) => launched.process.once('exit', resolve))
    launched.process.stdin!.destroy()
    launched.process.disconnect()
    expect(await ended).toBe(0)
  })
})
