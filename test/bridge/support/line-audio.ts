import type { Key } from '../../../src/dsp/dtmf-keypad.ts'
import { g711Tables } from '../../../src/dsp/g711.ts'
import { generateTone, toInt16 } from '../../../src/dsp/tone-generator.ts'
import { createToneChannel } from '../../../src/dsp/tone-guard.ts'

const { encode, decode } = g711Tables('mulaw')

export function toMulaw(samples: Int16Array): Buffer {
  return Buffer.from(Uint8Array.from(samples, (sample) => encode[(sample >> 2) & 0x3fff]!))
}

/** `ms` of mu-law silence. */
export function silence(ms: number): Buffer {
  return Buffer.alloc(ms * 8, 0xff)
}

/** A key's tone in mu-law. */
export function tone(key: Key, ms: number, levelDbm0 = -10): Buffer {
  return toMulaw(toInt16(generateTone({ key, ms, levelDbm0 })))
}

/** Octets that all differ from their neighbours, so that a lost, doubled or altered one shows: a slow sawtooth. */
export function ramp(ms: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: ms * 8 }, (_, i) => 0x80 | ((i * 7) % 0x60)))
}

/** The keys, `toneMs` long with `pauseMs` between them. */
export function keyed(keys: string, toneMs: number, pauseMs: number): Buffer {
  return Buffer.concat([...keys].flatMap((key) => [tone(key as Key, toneMs), silence(pauseMs)]))
}

/** The keys that a detector hears in `octets`. */
export function keysIn(octets: Buffer): string {
  const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'silence' })
  const out = Buffer.alloc(160)
  let keys = ''
  for (let at = 0; at < octets.length; at += 160) {
    channel.process(octets.subarray(at, at + 160), out)
    channel.drainEvents((event) => {
      if (event.at === 'onset') keys += String.fromCharCode(event.digit)
    })
  }
  return keys
}

const rowsAndColumnsHz = [697, 770, 852, 941, 1209, 1336, 1477, 1633]

/**
 * The loudest that any DTMF frequency gets in any 10 ms of `octets`, as the share of a full key tone at -10 dBm0:
 * 1 is an unmasked tone.
 */
export function loudestDtmf(octets: Buffer): number {
  const reference = loudest(tone('5', 100))
  return loudest(octets) / reference
}

function loudest(octets: Buffer): number {
  let most = 0
  for (let from = 0; from + 80 <= octets.length; from += 40) {
    // Both groups at once are what makes a key.
    const powers = rowsAndColumnsHz.map((hz) => power(octets, from, hz))
    const key = Math.min(Math.max(...powers.slice(0, 4)), Math.max(...powers.slice(4)))
    most = Math.max(most, key)
  }
  return Math.sqrt(most)
}

function power(octets: Buffer, from: number, hz: number): number {
  let re = 0
  let im = 0
  for (let i = 0; i < 80; i++) {
    const sample = decode[octets[from + i]!]!
    const angle = (2 * Math.PI * hz * i) / 8_000
    re += sample * Math.cos(angle)
    im += sample * Math.sin(angle)
  }
  return re * re + im * im
}
