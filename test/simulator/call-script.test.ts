import { describe, expect, it } from 'vitest'
import { parseScript } from '../../src/simulator/call-script.ts'

describe('the script of a call', () => {
  it('is read line by line, or parted by semicolons', () => {
    const text = `
      // a caller who talks while keying
      speak caller-small-talk loop; wait 500
      keys 12*# tone=80 gap=60 report=both   // four keys
      hush
      speak media/own.wav
      hang-up`
    expect(parseScript(text)).toEqual([
      { do: 'speak', speech: 'caller-small-talk', loop: true },
      { do: 'wait', ms: 500 },
      { do: 'keys', keys: ['1', '2', '*', '#'], toneMs: 80, gapMs: 60, report: 'both' },
      { do: 'hush' },
      { do: 'speak', speech: 'media/own.wav', loop: false },
      { do: 'hang-up' },
    ])
  })

  it.each([
    ['wait', 'step 1: wait takes one number of milliseconds'],
    ['wait soon', 'step 1: wait takes one number of milliseconds'],
    ['speak', 'step 1: speak takes a name or file, and perhaps loop'],
    ['hang-up now', 'step 1: a step is one of speak, hush, wait, keys, hang-up'],
    ['hush\nsing', 'step 2: a step is one of speak, hush, wait, keys, hang-up'],
    ['keys 12x', 'step 1: keys are 0-9, *, #, A-D'],
    ['keys', 'step 1: keys are 0-9, *, #, A-D'],
    ['keys 1 tone=5', 'step 1: keys takes tone=MS, gap=MS, report=…'],
    ['keys 1 report=loud', 'step 1: keys takes tone=MS, gap=MS, report=…'],
  ])('refuses "%s" with the number of the step', (text, message) => {
    expect(() => parseScript(text)).toThrow(message)
  })

  it('never quotes keys in what it says', () => {
    const refusal = (text: string) => {
      try {
        return String(parseScript(text))
      } catch (error) {
        return String(error)
      }
    }
    expect(refusal('keys 4242x')).toMatch(/^ScriptUnreadable|^Error/)
    expect(refusal('keys 4242x')).not.toContain('4242')
  })
})
