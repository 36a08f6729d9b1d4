import { describe, expect, it } from 'vitest'
import { AudioRecording } from '../../src/simulator/audio-recording.ts'
import { HandsetVoice } from '../../src/simulator/handset-voice.ts'
import { keyTone } from '../../src/simulator/key-tone.ts'
import { settle } from '../support/manual-clock.ts'

const speech = (octets: number, octet: number) => new Uint8Array(octets).fill(octet)
const say = (voice: HandsetVoice, frames: number) =>
  Buffer.concat(Array.from({ length: frames }, () => voice.frame()))

describe("a handset's voice", () => {
  it('says speech once, and is silent after it', async () => {
    const voice = new HandsetVoice()
    let said = false
    void voice.speak(speech(200, 7)).then(() => {
      said = true
    })
    expect(say(voice, 1).equals(Buffer.alloc(160, 7))).toBe(true)
    const second = say(voice, 1)
    await settle()
    expect([second[39], second[40], said]).toEqual([7, 0xff, true])
  })

  it('loops without a seam until other speech takes its place', () => {
    const voice = new HandsetVoice()
    void voice.speak(
      Uint8Array.from({ length: 100 }, (_, i) => i),
      { loop: true },
    )
    expect([...say(voice, 5)]).toEqual(Array.from({ length: 800 }, (_, i) => i % 100))
    void voice.speak(speech(160, 9))
    expect(say(voice, 1)[0]).toBe(9)
  })

  it('keys with exactly the gap that was asked for', () => {
    const voice = new HandsetVoice()
    void voice.speak(speech(50, 0x31), { loop: true })
    for (const key of ['1', '9'] as const) voice.press({ key, toneMs: 65, gapMs: 45 })
    const sent = say(voice, 12)
    expect(sent.subarray(0, 520).equals(Buffer.from(keyTone('1', 65)))).toBe(true)
    expect(sent.subarray(520, 880).every((octet) => octet === 0x31)).toBe(true)
    expect(sent.subarray(880, 1400).equals(Buffer.from(keyTone('9', 65)))).toBe(true)
    expect(sent.subarray(1400).every((octet) => octet === 0x31)).toBe(true)
  })
})

describe('a key that makes no sound', () => {
  it('takes as long as one that does, and leaves speech alone', () => {
    const voice = new HandsetVoice()
    void voice.speak(speech(50, 0x31), { loop: true })
    const ended: number[] = []
    let frames = 0
    for (const key of ['1', '9'] as const)
      voice.press({ key, toneMs: 60, gapMs: 60, mute: true, onEnd: () => ended.push(frames) })
    for (; frames < 12; frames++) expect(voice.frame().every((octet) => octet === 0x31)).toBe(true)
    expect(ended).toEqual([2, 8])
  })
})

describe('a recording', () => {
  it('puts frames in their place, with silence where none came', () => {
    const recording = new AudioRecording()
    recording.add(320, speech(160, 1), 10)
    recording.add(640, speech(160, 2), 20)
    const audio = recording.toMulaw()
    expect(audio.length).toBe(800)
    expect([audio[0], audio[320], audio[500], audio[799]]).toEqual([0xff, 1, 0xff, 2])
    expect(recording.toPcm()[0]).toBe(0)
    expect(recording.frames).toHaveLength(2)
  })
})
