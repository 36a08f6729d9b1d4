/**
 * `npm run prompts`: makes `media/prompts` from its texts, with Debian's `espeak-ng` (1.51 made what is in the
 * repository). The speech is synthetic; docs/ivr.md says how to put recordings in its place. Of each locale, the phrases
 * stand in `phrases.yaml`, and the words that numbers, money and dates are made of come from `src/ivr/speech`.
 *
 * Written are `prompts.ulaw` (G.711 mu-law, 8 kHz, the prompts one after the other) and `manifest.json`. With the ids of
 * locales as arguments only those are made.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { Locale, type PromptManifest, soundsFolder } from '../src/contracts/prompts.ts'
import { encodeG711 } from '../src/dsp/g711.ts'
import { languageOf } from '../src/ivr/speech/speak.ts'
import { levelled, speak } from './spoken-audio.ts'

const levelDbm0 = -20
const speed = ['-s', '170']
const voices: Readonly<Record<Locale, readonly string[]>> = {
  'en-GB': ['-v', 'en-gb+f3', ...speed],
  'en-US': ['-v', 'en-us+f3', ...speed],
  'es-ES': ['-v', 'es+f3', ...speed],
  'fr-FR': ['-v', 'fr-fr+f3', ...speed],
  'de-DE': ['-v', 'de+f3', ...speed],
  'it-IT': ['-v', 'it+f3', ...speed],
  'nl-NL': ['-v', 'nl+f3', ...speed],
  'pl-PL': ['-v', 'pl+f3', ...speed],
}

type Made = { readonly id: string; readonly text: string; readonly samples: Int16Array }

function write(folder: string, made: readonly Made[]): void {
  const parts = made.map(({ id, text, samples }) => {
    const octets = new Uint8Array(samples.length)
    encodeG711('mulaw', samples, octets)
    const sha256 = createHash('sha256').update(octets).digest('hex')
    return { octets, entry: { id, text, ms: octets.length / 8, sha256 } }
  })
  const about = `Made by media/make-prompts.ts: G.711 mu-law, 8 kHz, ${levelDbm0} dBm0 of active speech, synthetic (espeak-ng).`
  const manifest: PromptManifest = {
    ...{ about, locale: folder as PromptManifest['locale'] },
    prompts: parts.map(({ entry }) => entry),
  }
  const at = path.join(import.meta.dirname, 'prompts', folder)
  writeFileSync(path.join(at, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(path.join(at, 'prompts.ulaw'), Buffer.concat(parts.map(({ octets }) => octets)))
  const seconds = parts.reduce((sum, { entry }) => sum + entry.ms, 0) / 1_000
  console.log(`${folder}: ${parts.length} prompts, ${seconds.toFixed(0)} s`)
}

function makeLocale(locale: Locale): Made[] {
  const file = path.join(import.meta.dirname, 'prompts', locale, 'phrases.yaml')
  const phrases = parse(readFileSync(file, 'utf8')) as Record<string, string>
  const texts = { ...phrases, ...languageOf(locale).vocabulary }
  return Object.entries(texts).map(([id, text]) => ({
    ...{ id, text },
    samples: levelled(speak(voices[locale], text), levelDbm0),
  }))
}

/** A short sine, faded at both ends: one frequency, so that no key is ever heard in it. */
function beep(frequencyHz: number, ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, i) => {
    const fade = Math.min(1, i / 40, (ms * 8 - 1 - i) / 40)
    return Math.round(4_000 * fade * Math.sin((2 * Math.PI * frequencyHz * i) / 8_000))
  })
}

const wanted = process.argv.slice(2)
const isWanted = (folder: string) => wanted.length === 0 || wanted.includes(folder)

if (isWanted(soundsFolder))
  write(soundsFolder, [
    { id: 'beep', text: '(short beep: a digit was taken)', samples: beep(420, 60) },
    { id: 'accepted', text: '(long beep: a field is complete)', samples: beep(420, 200) },
    { id: 'refused', text: '(low beep: a field has to be keyed again)', samples: beep(240, 400) },
  ])
for (const locale of Locale.options) if (isWanted(locale)) write(locale, makeLocale(locale))
