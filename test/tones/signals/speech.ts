import { execFileSync } from 'node:child_process'
import type { Random } from '../random.ts'
import { activeLevelDbm0, scaledBy } from './level.ts'

const voices = [
  'en-gb+f3',
  'en-gb+m2',
  'en-gb-scotland+m3',
  'en-us+f2',
  'en-us+m7',
  'en-gb-x-rp+f4',
  'en-029+m4',
  'en-us+f5',
  'de+f2',
  'fr+m4',
  'es+f1',
  'it+m1',
  'nl+f3',
  'sv+m5',
  'pl+f4',
  'hi+m3',
  'en-gb+whisper',
  'en-gb+croak',
] as const

const subjects =
  'the van|my neighbour|our accountant|this parcel|her brother|the invoice|a gardener|your colleague|everyone at the office|the old kettle|that enormous dog|nobody'.split(
    '|',
  )
const verbs =
  'has lost|wanted|is looking for|would never sell|asked about|remembers|ordered|cannot find|paid for|moved|is afraid of|was given'.split(
    '|',
  )
const objects =
  'two cedar planters|the blue umbrella|a receipt from May|seventeen bags of compost|nine or ten of them|the whole afternoon|an extension lead|number forty-two|oo, a very good view|the reference in the email|every single lettuce|eight hundred and fifty-one pounds'.split(
    '|',
  )
const ends =
  'on Tuesday morning|in the rain|for no reason at all|I suppose|before half past eleven|and so do I|at the counter|with the wrong postcode|all over again|hello? are you there?|mm, no, yes|thank you very much'.split(
    '|',
  )

/** Sentences of small talk, as many as it takes for about `seconds` of speech. */
function talk(seconds: number, random: Random): string {
  const sentences: string[] = []
  for (let said = 0; said < seconds; said += 3) {
    sentences.push([subjects, verbs, objects, ends].map((words) => random.pick(words)).join(' '))
  }
  return `${sentences.join('. ')}.`
}

/**
 * About `seconds` of one synthetic voice (Debian's `espeak-ng`, through `sox` to a telephone's band), in ±1 at
 * `dbm0` of active speech. About a thousand times faster than real time, so nothing of it is stored.
 */
export function speech(seconds: number, dbm0: number, random: Random): Float32Array {
  const voice = random.pick(voices)
  const settings = ['-v', voice, '-s', String(random.integer(120, 220)), '-p', String(random.integer(20, 80))]
  const limits = { maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'] }
  const wav = execFileSync('espeak-ng', [...settings, '--stdout', '--stdin'], {
    ...limits,
    input: talk(seconds, random),
  })
  const raw = ['-t', 'raw', '-r', '8000', '-e', 'signed', '-b', '16', '-c', '1', '-']
  const band = ['sinc', '250-3500', 'gain', '-n', '-6']
  const pcm = execFileSync('sox', ['-R', '-D', '-t', 'wav', '--ignore-length', '-', ...raw, ...band], {
    ...limits,
    input: wav,
  })
  const samples = Float32Array.from({ length: pcm.length >> 1 }, (_, i) => pcm.readInt16LE(2 * i) / 32_768)
  return scaledBy(samples, dbm0 - activeLevelDbm0(samples))
}

/** A stock of talk of many voices from which stretches are cut, so that a grid of short cases stays fast. */
export class SpeechStock {
  readonly #voices: readonly Float32Array[]

  constructor(random: Random, voiceCount = 8) {
    this.#voices = Array.from({ length: voiceCount }, () => speech(40, 0, random))
  }

  /** `length` samples of continuous talk at `dbm0` of active speech. */
  stretch(length: number, dbm0: number, random: Random): Float32Array {
    const voice = random.pick(this.#voices)
    const start = random.integer(0, Math.max(0, voice.length - length - 1))
    const out = new Float32Array(length)
    for (let i = 0; i < length; i++) out[i] = voice[(start + i) % voice.length]!
    return scaledBy(out, dbm0 - activeLevelDbm0(out))
  }
}
