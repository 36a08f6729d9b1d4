/**
 * Makes `media/speech`: synthetic speech, spoken by nobody. Run it with `node media/make-speech.ts` on a machine that
 * has Debian's `espeak-ng` (1.51 made the files in the repository). The recordings are mu-law, 8 kHz, mono, levelled
 * to -20 dBm0 of active speech and never clipped; `manifest.json` lists text, length and SHA-256 of each.
 *
 * The lengths matter: every file is a stretch of ordinary talk during which somebody else keys digits.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeG711 } from '../src/dsp/g711.ts'
import { readWav, writeWav } from '../src/simulator/wav.ts'

const sampleRate = 8000
const levelDbm0 = -20
/** RMS of a sine at 0 dBm0 in 16-bit linear mu-law, where full scale is +3.17 dBm0. */
const zeroDbm0Rms = 32_124 / 10 ** (3.17 / 20) / Math.SQRT2
/** 1 dB below full scale. */
const highestPeak = 32_124 * 10 ** (-1 / 20)

const voices = {
  agent: ['-v', 'en-gb+f3', '-s', '165', '-p', '52'],
  caller: ['-v', 'en-gb-scotland+m3', '-s', '155', '-p', '40'],
} as const

const texts: Readonly<Record<string, string>> = {
  'agent-greeting':
    'Good afternoon, and thank you for calling Harbour Lane Garden Supplies. You are speaking with Priya. How can I help you today?',
  'agent-payment':
    'Lovely, I can take the payment right now. When you are ready, please key your card number on the keypad of your phone. I will stay on the line with you the whole time, but I cannot hear the tones, and I cannot see the number.',
  'agent-expiry':
    'Thank you. Now the expiry date, please, as it is printed on the card: two digits for the month, and two for the year. And after that the three digits on the back, next to the signature.',
  'agent-small-talk':
    'There is no hurry at all, take your time. It has been such a wet spring, has it not? My own tomatoes are still on the window sill, and I really thought that they would be out in the garden by now.',
  'agent-thanks':
    'That has all gone through, thank you very much. You will get a receipt by email in a moment, and the van should be with you before the end of the week. Is there anything else that I can do for you?',
  'caller-order':
    'Hello there. I would like to order the cedar planter from your spring catalogue, the large one, and a bag of the peat free compost to go with it, if you still have them.',
  'caller-card':
    'Right, I have got my card here somewhere. Bear with me, it is in the other jacket. Yes, here it is. I am putting the numbers in now, and I hope that I press the right ones without my glasses.',
  'caller-small-talk':
    'Oh, we had the same trouble. The slugs ate every single lettuce, and my neighbour says that coffee grounds are the answer, but I have to say that I have never seen it work.',
  'caller-thanks':
    'That is splendid, thank you ever so much for your help. Have a lovely weekend. Goodbye now.',
}

function speak(voice: readonly string[], text: string): { samples: Float64Array; rate: number } {
  const wav = readWav(execFileSync('espeak-ng', [...voice, '--stdout', text], { maxBuffer: 2 ** 26 }))
  if (wav.encoding !== 'pcm16') throw new Error('espeak-ng did not write PCM16')
  return { samples: Float64Array.from(wav.samples), rate: wav.sampleRate }
}

/** To 8 kHz, through a windowed sinc of 3.4 kHz: the band of a telephone. */
function resample({ samples, rate }: { samples: Float64Array; rate: number }): Float64Array {
  const halfTaps = 48
  const cutoff = 3_400 / rate
  const out = new Float64Array(Math.floor((samples.length * sampleRate) / rate))
  for (let i = 0; i < out.length; i++) {
    const centre = (i * rate) / sampleRate
    let sum = 0
    for (let j = Math.ceil(centre - halfTaps); j <= centre + halfTaps; j++) {
      const x = j - centre
      const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x)
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (halfTaps + 1))
      sum += (samples[j] ?? 0) * sinc * window
    }
    out[i] = sum
  }
  return out
}

/** Mean power of what is louder than -35 dBm0 in stretches of 20 ms: the active speech, roughly as ITU-T P.56 means it. */
function activeRms(samples: Float64Array, gain: number): number {
  const floor = zeroDbm0Rms * 10 ** (-35 / 20)
  let power = 0
  let stretches = 0
  for (let at = 0; at + 160 <= samples.length; at += 160) {
    const stretch = samples.subarray(at, at + 160)
    const mean = stretch.reduce((sum, sample) => sum + (sample * gain) ** 2, 0) / 160
    if (Math.sqrt(mean) < floor) continue
    power += mean
    stretches++
  }
  return Math.sqrt(power / Math.max(1, stretches))
}

function level(samples: Float64Array): Int16Array {
  const wanted = zeroDbm0Rms * 10 ** (levelDbm0 / 20)
  let gain = 1
  // What counts as active depends on the gain: a few rounds settle it.
  for (let round = 0; round < 5; round++) gain *= wanted / activeRms(samples, gain)
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0) * gain
  if (peak > highestPeak) throw new Error('levelled speech would clip')
  return Int16Array.from(samples, (sample) => Math.round(sample * gain))
}

const folder = path.join(import.meta.dirname, 'speech')
mkdirSync(folder, { recursive: true })
const speech = Object.entries(texts).map(([id, text]) => {
  const samples = level(resample(speak(voices[id.startsWith('agent-') ? 'agent' : 'caller'], text)))
  const octets = new Uint8Array(samples.length)
  encodeG711('mulaw', samples, octets)
  const file = writeWav({ encoding: 'mulaw', sampleRate, octets })
  writeFileSync(path.join(folder, `${id}.wav`), file)
  const sha256 = createHash('sha256').update(file).digest('hex')
  return { id, text, ms: Math.floor(octets.length / 8), sha256 }
})
const about = 'Synthetic speech made by espeak-ng with media/make-speech.ts: mu-law, 8 kHz, mono, -20 dBm0.'
writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify({ about, speech }, null, 2)}\n`)
