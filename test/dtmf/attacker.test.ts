import { describe, expect, it } from 'vitest'
import { bestGuess, recoverDigits } from '../../src/dtmf/attacker.ts'

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keys = '123A456B789C*0#D'

/** 200 ms of noise with a tone of `ms` at 50 ms, at `amplitude`. */
function recording(
  key: string,
  { ms, amplitude, seed = 1 }: { ms: number; amplitude: number; seed?: number },
): Int16Array {
  const i = keys.indexOf(key)
  let state = seed
  return Int16Array.from({ length: 1_600 }, (_, n) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    const noise = (state / 2 ** 31 - 0.5) * 40
    const on = n >= 400 && n < 400 + ms * 8
    const wave = (hz = 0) => Math.sin((2 * Math.PI * hz * n) / 8_000)
    return noise + (on ? amplitude * (wave(rows[i >> 2]) + wave(columns[i & 3])) : 0)
  })
}

const whole = { fromSample: 0, toSample: 1_600 }

describe('the attacker', () => {
  it.each([80, 20, 8, 5])('reads every key from %i ms of tone', (ms) => {
    for (const key of keys) expect(bestGuess(recording(key, { ms, amplitude: 3_000 }), whole), key).toBe(key)
  })

  it('reads a tone that was only attenuated to the level of the noise', () => {
    for (const key of keys)
      expect(bestGuess(recording(key, { ms: 100, amplitude: 12 }), whole), key).toBe(key)
  })

  it('reads nothing from noise', () => {
    for (let seed = 1; seed <= 50; seed++)
      expect(bestGuess(recording('5', { ms: 0, amplitude: 0, seed }), whole)).toBeNull()
  })

  it('counts a press only when it names the right key', () => {
    const audio = recording('5', { ms: 80, amplitude: 3_000 })
    expect(
      recoverDigits(audio, [
        { key: '5', ...whole },
        { key: '6', ...whole },
      ]),
    ).toHaveLength(1)
  })
})
