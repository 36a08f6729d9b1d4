/**
 * Makes `media/speech`: synthetic speech, spoken by nobody. Run it with `node media/make-speech.ts` on a machine that
 * has Debian's `espeak-ng` (1.51 made the files in the repository). The recordings are mu-law, 8 kHz, mono, levelled
 * to -20 dBm0 of active speech and never clipped; `manifest.json` lists text, length and SHA-256 of each.
 *
 * The lengths matter: every file is a stretch of ordinary talk during which somebody else keys digits.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeG711 } from '../src/dsp/g711.ts'
import { writeWav } from '../src/simulator/wav.ts'
import { activeLevelDbm0, highestPeak, speak } from './spoken-audio.ts'

const sampleRate = 8000
const levelDbm0 = -20
/** The stretches by which the level is measured, in samples. */
const stretch = 160

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

function level(samples: Float64Array): Int16Array {
  let gain = 1
  // What counts as active depends on the gain: a few rounds settle it.
  for (let round = 0; round < 5; round++)
    gain *= 10 ** ((levelDbm0 - activeLevelDbm0(samples, gain, stretch)) / 20)
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0) * gain
  if (peak > highestPeak) throw new Error('levelled speech would clip')
  return Int16Array.from(samples, (sample) => Math.round(sample * gain))
}

const folder = path.join(import.meta.dirname, 'speech')
mkdirSync(folder, { recursive: true })
const speech = Object.entries(texts).map(([id, text]) => {
  const samples = level(speak(voices[id.startsWith('agent-') ? 'agent' : 'caller'], text))
  const octets = new Uint8Array(samples.length)
  encodeG711('mulaw', samples, octets)
  const file = writeWav({ encoding: 'mulaw', sampleRate, octets })
  writeFileSync(path.join(folder, `${id}.wav`), file)
  const sha256 = createHash('sha256').update(file).digest('hex')
  return { id, text, ms: Math.floor(octets.length / 8), sha256 }
})
const about = 'Synthetic speech made by espeak-ng with media/make-speech.ts: mu-law, 8 kHz, mono, -20 dBm0.'
writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify({ about, speech }, null, 2)}\n`)
