import { describe, expect, it } from 'vitest'
import type { Key } from '../../src/dsp/dtmf-keypad.ts'
import { EchoProfile } from '../../src/dsp/echo-profile.ts'
import { StateBuffer } from '../../src/dsp/state-buffer.ts'
import { generateTone } from '../../src/dsp/tone-generator.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { play } from './support/play.ts'
import { normal, seeded } from './support/random.ts'
import { Track } from './support/track.ts'

const delay = 160
const toneMs = 100
const paceMs = 600
const echoMs = 260
const keys = '4917360258'
const startMs = (i: number) => 300 + i * paceMs

/** Keys at a steady pace, with an echo 20 dB down or none; from `voiceFrom` on a voice lies between them, far louder than the echo. */
function call(voiceFrom: number, hasEcho: boolean): Track {
  const track = new Track(startMs(keys.length) + 600)
  for (const [i, key] of [...keys].entries())
    track.press(startMs(i), { key: key as Key, ms: toneMs, levelDbm0: -12, lowPhase: i, highPhase: 2 * i })
  if (hasEcho) track.echo(echoMs, 20)
  const random = seeded(21)
  let phase = 0
  for (let i = 0; i < track.samples.length; i++) {
    const ms = i / 8
    const n = Math.floor((ms - startMs(0)) / paceMs)
    const since = ms - startMs(n)
    phase += (2 * Math.PI * (150 + 40 * Math.sin(i / 900) + 20 * Math.sin(i / 350))) / 8_000
    if (n < voiceFrom || n >= keys.length || since < toneMs + 80 || since > paceMs - 60) continue
    let voice = 0
    for (let k = 1; k < 20; k++) voice += Math.sin(k * phase + k * k) / (1 + 0.3 * Math.abs(k - 4))
    track.samples[i] = track.samples[i]! + 0.02 * voice + 0.004 * normal(random)
  }
  return track.noise(-62, random)
}

/** Of each key, how many ms from `fromMs` to `toMs` after its end the agent gets as they were said. */
function kept(track: Track, fromMs: number, toMs: number): number[] {
  const input = track.octets()
  const { output } = play(input, { armed: true })
  return track.presses.map(({ endSample }) => {
    let same = 0
    for (let i = endSample + 8 * fromMs, run = 0; i < endSample + 8 * toMs; i++) {
      run = output[i + delay] === input[i] ? run + 1 : 0
      // Two noises do meet by chance, but not for long.
      if (run >= 6) same += run === 6 ? 6 : 1
    }
    return Math.round(same / 8)
  })
}

describe('an echo beneath a voice', () => {
  it('is masked from end to end once the line has given back a key that was not talked over', () => {
    const from = echoMs - toneMs
    expect(kept(call(1, true), from, echoMs).slice(1)).toEqual(Array(keys.length - 1).fill(0))
  })

  it('costs little of the voice before it and after it', () => {
    const track = call(1, true)
    const before = kept(track, 90, echoMs - toneMs - 20).slice(1)
    const after = kept(track, echoMs + 20, echoMs + 120).slice(1)
    expect(Math.min(...before)).toBeGreaterThanOrEqual(35)
    expect(Math.min(...after)).toBeGreaterThanOrEqual(90)
  })

  it('is not looked for on a line that gives nothing back', () => {
    const without = kept(call(1, false), echoMs - toneMs, echoMs).slice(1)
    expect(Math.min(...without)).toBeGreaterThanOrEqual(90)
  })
})

describe('what falls on another pair for 28 ms after each key, as loud as it', () => {
  it('is no key: what the line gives back is still that of the key before it', () => {
    const track = call(1, true)
    for (const { key, endSample } of track.presses)
      track.mix(endSample + 8 * 110, generateTone({ key: key === '5' ? '9' : '5', ms: 28, levelDbm0: -12 }))
    const from = echoMs - toneMs
    expect(kept(track, from, echoMs).slice(1)).toEqual(Array(keys.length - 1).fill(0))
  })
})

describe('what follows a key', () => {
  it('is masked for 26 ms, and for less once it is known that nothing near comes back', () => {
    const track = call(keys.length, false)
    const [first, ...more] = kept(track, 0, 60)
    expect(60 - first!).toBeGreaterThanOrEqual(26)
    expect(60 - Math.min(...more.slice(3))).toBeLessThan(22)
  })

  it('keeps the mask on until the last echo that is known of has come', () => {
    const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
    const track = call(keys.length, true)
    const end = track.presses.at(-1)!.endSample
    const input = track.octets()
    play(input.subarray(0, end + 8 * (echoMs - toneMs - 40)), { armed: true, channel })
    expect(channel.quiet).toBe(false)
    play(input.subarray(end + 8 * (echoMs - toneMs - 40), end + 8 * (echoMs + 200)), { channel })
    expect(channel.quiet).toBe(true)
  })
})

describe('what is known of a line', () => {
  const keyHops = 40
  /** A line that gives a key back from `from` to `to` hops after its end at this share, and a little noise. */
  const hear = (profile: EchoProfile, from: number, to: number, share: number) => {
    for (let hops = 6; hops < 350; hops += 2) {
      const heard = hops > from && hops <= to ? share : 1e-5
      profile.hearFar(hops, heard, heard)
    }
    profile.settle(keyHops, -12)
  }

  it('is the time and the level of each echo, for a key of any length', () => {
    const profile = new EchoProfile(new StateBuffer(4_096))
    hear(profile, 100, 140, 0.01)
    expect(profile.covers(99, keyHops, 1e-4)).toBe(false)
    expect(profile.covers(120, keyHops, 1e-4)).toBe(true)
    expect(profile.covers(120, keyHops, 0.02)).toBe(false)
    expect(profile.covers(80, 2 * keyHops, 1e-4)).toBe(true)
    expect(profile.covers(150, keyHops, 1e-4)).toBe(false)
  })

  it('is forgotten when the line gives nothing back any more', () => {
    const profile = new EchoProfile(new StateBuffer(4_096))
    hear(profile, 100, 140, 0.01)
    hear(profile, 0, 0, 0)
    expect(profile.covers(120, keyHops, 1e-4)).toBe(false)
  })

  it('does not come from less than a whole key', () => {
    const profile = new EchoProfile(new StateBuffer(4_096))
    hear(profile, 120, 140, 0.01)
    expect(profile.covers(130, keyHops, 1e-4)).toBe(false)
  })
})
