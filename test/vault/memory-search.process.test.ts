import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { searchMemory, totalOf } from '../support/memory-search.ts'

/** Keeps sixteen digits in one way, in a process of its own; they come over the channel one by one. */
const holder = `
const digits = []
process.on('message', (message) => {
  if (typeof message === 'number') return void digits.push(message)
  const n = digits.length
  if (message === 'ascii') { globalThis.kept = Buffer.allocUnsafeSlow(4096); digits.forEach((d, i) => { kept[i] = 48 + d }) }
  if (message === 'utf16') { globalThis.kept = Buffer.allocUnsafeSlow(4096); digits.forEach((d, i) => { kept[2 * i] = 48 + d; kept[2 * i + 1] = 0 }) }
  if (message === 'bytes') globalThis.kept = Uint8Array.from(digits)
  if (message === 'int32') globalThis.kept = Int32Array.from(digits)
  if (message === 'float64') globalThis.kept = Float64Array.from(digits)
  if (message === 'int64') globalThis.kept = digits.slice()
  digits.fill(0)
  process.send('kept')
})
process.send('up')
`

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

async function hold(digits: string, as: string): Promise<number> {
  const started = spawn(process.execPath, ['-e', holder], {
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child = started
  await new Promise((resolve) => started.once('message', resolve))
  for (const digit of digits) started.send(Number(digit))
  const kept = new Promise((resolve) => started.once('message', resolve))
  started.send(as)
  await kept
  return started.pid!
}

const random = () => Array.from({ length: 16 }, () => randomInt(1, 10)).join('')

describe.runIf(process.platform === 'linux')('the search of a process’s memory', () => {
  for (const as of ['ascii', 'utf16', 'bytes', 'int32', 'int64', 'float64'] as const) {
    it(`finds digits that were planted as ${as}`, async () => {
      const digits = random()
      const pid = await hold(digits, as)
      expect(searchMemory(pid, digits)[as]).toBeGreaterThan(0)
    })
  }

  it('finds nothing where nothing was planted, in well under a second', async () => {
    const pid = await hold(random(), 'nothing')
    const beganMs = performance.now()
    expect(totalOf(searchMemory(pid, random()))).toBe(0)
    const tookMs = performance.now() - beganMs
    console.log(`memory search: ${tookMs.toFixed(0)} ms`)
    expect(tookMs).toBeLessThan(2_000)
  })
})
