import { describe, expect, it } from 'vitest'
import { decodeG711 } from '../../src/dsp/g711.ts'
import {
  firstHandsetState,
  type HandsetAction,
  handsetWords,
  reduceHandset,
} from '../../src/simulator/browser/handset-state.ts'
import { type Key, KeyTones } from '../../src/simulator/browser/key-tones.ts'
import { Mouth } from '../../src/simulator/browser/mouth.ts'
import { mulawOf } from '../../src/simulator/browser/mulaw-file.ts'
import { goodExpiry, groupedPan, testCards } from '../../src/simulator/browser/test-card-list.ts'
import { ToHandset } from '../../src/simulator/handset-protocol.ts'
import { writeWav } from '../../src/simulator/wav.ts'

const callSid = `CA${'0'.repeat(32)}`
const streamSid = `MZ${'0'.repeat(32)}`
const heard = (message: unknown): HandsetAction => ({ type: 'heard', message: ToHandset.parse(message) })
const state = (value: string) =>
  heard({ event: 'state', callSid, state: value, from: '+447700900123', to: '+442079460000' })
const start = heard({
  event: 'start',
  streamSid,
  start: {
    accountSid: 'AC1',
    callSid,
    streamSid,
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: {},
  },
})
const play = (...actions: HandsetAction[]) => actions.reduce(reduceHandset, firstHandsetState)

describe("a caller's phone", () => {
  it('goes from dialling to talking as the carrier tells', () => {
    expect(play({ type: 'dialled' }).at).toBe('dialling')
    expect(play({ type: 'dialled' }, state('ringing'), state('answered'), start).at).toBe('talking')
    expect(play({ type: 'dialled' }, start, state('reconnecting'), start).at).toBe('talking')
  })
  it('says why a call is over, and the first reason stays', () => {
    const stop = heard({ event: 'stop', stop: { callSid, reason: 'busy' } })
    const over = play({ type: 'dialled' }, stop, { type: 'closed' })
    expect(over).toMatchObject({ at: 'over', why: 'busy' })
    expect(handsetWords(over)).toBe('The line is busy.')
    expect(play({ type: 'dialled' }, start, { type: 'closed' }).why).toBe('line-lost')
    expect(play({ type: 'dialled' }, start, { type: 'hung-up' }, { type: 'closed' }).why).toBe('hung-up-here')
  })
  it('begins a new call with nothing of the last', () => {
    const again = play(
      { type: 'dialled' },
      start,
      { type: 'key-sounded' },
      { type: 'hung-up' },
      { type: 'dialled' },
    )
    expect(again).toEqual({ ...firstHandsetState, at: 'dialling' })
  })
})

const silence = () => new Uint8Array(160).fill(0xff)

/** Twenty milliseconds at a time: which of them carry a tone. */
function frames(
  count: number,
  tones: { lay(frame: Uint8Array): boolean },
): { on: string; octets: Uint8Array[] } {
  let on = ''
  const octets: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const frame = silence()
    on += tones.lay(frame) ? '#' : '.'
    octets.push(frame)
  }
  return { on, octets }
}

describe("the keypad's tones", () => {
  it('sound 100 ms for a tap, with 60 ms between two', () => {
    const ended: Key[] = []
    const tones = new KeyTones((key) => ended.push(key))
    tones.press('4', false)
    tones.press('2', false)
    expect(frames(16, tones).on).toBe('#####...#####...')
    expect(ended).toEqual(['4', '2'])
  })
  it('sound as long as the key is held', () => {
    const tones = new KeyTones(() => {})
    tones.press('5', true)
    expect(frames(80, tones).on).toBe('#'.repeat(80))
    tones.letGo()
    expect(frames(2, tones).on.slice(1)).toBe('.')
  })
  it('go on without a jump when a key is held for longer than a second', () => {
    const tones = new KeyTones(() => {})
    tones.press('1', true)
    const { octets } = frames(60, tones)
    const samples = new Int16Array(160 * 60)
    octets.forEach((frame, i) => {
      decodeG711('mulaw', frame, samples.subarray(i * 160, i * 160 + 160))
    })
    expect(samples.subarray(8_000, 9_600)).toEqual(samples.subarray(0, 1_600))
  })
  it('are forgotten when the call ends', () => {
    const tones = new KeyTones(() => {})
    for (const key of '4242424242424242') tones.press(key as Key, false)
    frames(3, tones)
    tones.clear()
    expect(frames(3, tones).on).toBe('...')
  })
})

describe("the phone's mouth", () => {
  it('puts a tone in the place of speech, and lets speech through between two keys', () => {
    const mouth = new Mouth(() => {})
    mouth.speak([new Uint8Array(8_000).fill(0x90)])
    const speech = silence()
    expect(mouth.shape(speech)).toBe(false)
    expect(new Set(speech)).toEqual(new Set([0x90]))
    mouth.keys.press('9', false)
    const tone = silence()
    expect(mouth.shape(tone)).toBe(true)
    expect(new Set(tone).size).toBeGreaterThan(20)
  })
  it('leaves the microphone as it is while there is no canned voice', () => {
    const mouth = new Mouth(() => {})
    const frame = new Uint8Array(160).fill(0x42)
    mouth.shape(frame)
    expect(new Set(frame)).toEqual(new Set([0x42]))
  })
})

describe('canned voice', () => {
  it('is read from a mu-law file, and from no other', () => {
    const octets = Uint8Array.of(1, 2, 3, 4, 5)
    const file = writeWav({ encoding: 'mulaw', sampleRate: 8_000, octets })
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
    expect(mulawOf(bytes)).toEqual(octets)
    const pcm = writeWav({ encoding: 'pcm16', sampleRate: 8_000, samples: Int16Array.of(1, 2, 3) })
    const other = pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength) as ArrayBuffer
    expect(mulawOf(other)).toBeNull()
  })
})

describe('the test cards', () => {
  it('are written as on the card, and expire in three years', () => {
    expect(groupedPan('4242424242424242')).toBe('4242 4242 4242 4242')
    expect(groupedPan('378282246310005')).toBe('3782 822463 10005')
    expect(goodExpiry(2026)).toBe('1229')
    expect(goodExpiry(2098)).toBe('1201')
  })
  it('are all different', () => {
    expect(new Set(testCards.map(({ pan }) => pan)).size).toBe(testCards.length)
  })
})
