/**
 * How many times faster than life one core runs a tone channel: not armed (detecting) and armed (detecting and
 * masking), mu-law in and out, frames of 20 ms. Half of the audio is noise and speech-like sound, a tenth is tones.
 *
 *   node benchmarks/dsp/channel.ts [--seconds 600]
 */
import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../src/dsp/tone-generator.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'

const at = process.argv.indexOf('--seconds')
const seconds = at > 0 ? Number(process.argv[at + 1]) : 600

/** A minute of a caller: syllables of harmonics over a noise floor, pauses, and a key every two seconds. */
function minute(): Uint8Array {
  const samples = new Float32Array(480_000)
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
    return seed / 0x8000_0000
  }
  for (let i = 0; i < samples.length; i++) {
    const t = i / 8_000
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 3 * t)) * (Math.floor(t / 4) % 2)
    let voice = 0
    const pitch = 120 + 20 * Math.sin(t)
    for (let n = 1; n < 20; n++) voice += Math.sin(2 * Math.PI * pitch * n * t) / n
    samples[i] = 0.06 * syllable * voice + 0.001 * random()
  }
  for (let n = 0; n < 30; n++) {
    const tone = generateTone({ key: keypad[n % 16] as Key, ms: 100, levelDbm0: -12 })
    for (let i = 0; i < tone.length; i++) samples[n * 16_000 + i] = tone[i]!
  }
  const octets = new Uint8Array(samples.length)
  encodeG711('mulaw', toInt16(samples), octets)
  return octets
}

function run(input: Uint8Array, armed: boolean, minutes: number): { realTime: number; presses: number } {
  const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
  if (armed) channel.arm()
  const frame = new Uint8Array(160)
  let presses = 0
  const count = (event: { at: string }) => {
    if (event.at === 'onset') presses++
  }
  const start = cpuMs()
  for (let minute = 0; minute < minutes; minute++) {
    for (let at = 0; at < input.length; at += 160) {
      channel.process(input.subarray(at, at + 160), frame)
      channel.drainEvents(count)
    }
  }
  return { realTime: (minutes * 60_000) / (cpuMs() - start), presses }
}

const input = minute()
const minutes = Math.max(1, Math.round(seconds / 60))
for (const armed of [false, true]) {
  run(input, armed, 1)
  const { realTime, presses } = run(input, armed, minutes)
  const what = armed ? 'armed (detecting and masking)' : 'not armed (detecting)'
  console.log(`${what}: ${Math.round(realTime)} x real time a core; ${presses} of ${minutes * 30} presses`)
}

/** Processor time of this process, so that a busy machine does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
