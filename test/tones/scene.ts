import { type Key, keypad } from '../../src/dsp/dtmf-keypad.ts'
import { encodeG711 } from '../../src/dsp/g711.ts'
import type { G711Law } from '../../src/dsp/tone-channel.ts'
import { generateTone, type ToneOptions, toInt16 } from '../../src/dsp/tone-generator.ts'
import type { Random } from './random.ts'
import { type Codec, throughCodec } from './signals/codec.ts'
import { gainOfDb, mixInto } from './signals/level.ts'
import { whiteNoise } from './signals/noise.ts'

export const frameOctets = 160

/** A key down from `from` up to `to` (samples of the scene). `offsetPct` is the mean error of its frequencies. */
export type Press = {
  readonly key: Key
  readonly from: number
  readonly to: number
  readonly levelDbm0: number
}

/** A stretch of audio of one caller, with the truth about it. */
export type Scene = {
  readonly condition: string
  readonly law: G711Law
  readonly octets: Uint8Array
  /** What of it is tone pairs (echoes included), in ±1: for measuring what is left of them. */
  readonly tones: Float32Array
  /** 1 for each frame of 20 ms that never arrived. */
  readonly lost: Uint8Array
  /** What a thief would like to know. */
  readonly presses: readonly Press[]
  /** What a receiver must report; null where either answer is right. */
  readonly expected: readonly Press[] | null
}

type Span = { readonly length: number; readonly presses: readonly Press[]; readonly random: Random }

/** How a scene is made: sixteen keys in a random order unless told, each with the tone and the pause given. */
export type Plan = {
  readonly condition: string
  readonly keys?: (random: Random) => readonly Key[]
  readonly toneMs: number | ((random: Random) => number)
  readonly pauseMs: number | ((random: Random) => number)
  /** Tone options by press; without a level it is that of one telephone, somewhere between -8 and -18 dBm0. */
  readonly tone?: (random: Random) => Partial<ToneOptions>
  /** Another sound in the place of the generated pair. */
  readonly sound?: (key: Key, ms: number, random: Random) => Float32Array
  readonly law?: G711Law
  /** -66 dBm0 unless told. */
  readonly lineNoiseDbm0?: number
  /** Changes the tones before anything is mixed in: echoes, interruptions. */
  readonly shapeTones?: (tones: Float32Array, span: Span) => void
  /** Sound beneath the tones. */
  readonly beneath?: (span: Span) => Float32Array
  /** Changes the mix: clipping, concealment. */
  readonly shapeMix?: (mix: Float32Array, span: Span) => void
  readonly codec?: Codec
  /** Frames of 20 ms that do not arrive. */
  readonly lose?: (span: Span) => readonly number[]
  readonly expect: 'hear' | 'reject' | 'either'
}

const leadMs = 300
const allKeys = [...keypad] as Key[]
const chosen = (value: number | ((random: Random) => number), random: Random) =>
  typeof value === 'number' ? value : value(random)

export function makeScene(plan: Plan, random: Random): Scene {
  const presses: Press[] = []
  const sounds: Float32Array[] = []
  let at = leadMs * 8 + random.integer(0, 160)
  const telephoneDbm0 = random.between(-17, -9)
  for (const key of plan.keys?.(random) ?? random.shuffled(allKeys)) {
    const ms = chosen(plan.toneMs, random)
    const options = { levelDbm0: telephoneDbm0 + random.between(-1, 1), ...plan.tone?.(random) }
    const sound = plan.sound?.(key, ms, random) ?? pressed(key, ms, options, random)
    presses.push({ key, from: at, to: at + sound.length, levelDbm0: options.levelDbm0 })
    sounds.push(sound)
    at += sound.length + Math.round(chosen(plan.pauseMs, random) * 8)
  }
  const length = Math.ceil((at + leadMs * 8) / frameOctets) * frameOctets
  const span: Span = { length, presses, random }
  const tones = new Float32Array(length)
  for (const [i, sound] of sounds.entries()) mixInto(tones, sound, presses[i]!.from)
  plan.shapeTones?.(tones, span)
  let mix = whiteNoise(length, plan.lineNoiseDbm0 ?? -66, random)
  mixInto(mix, tones)
  if (plan.beneath) mixInto(mix, plan.beneath(span))
  plan.shapeMix?.(mix, span)
  if (plan.codec) mix = throughCodec(mix, plan.codec)
  const lost = new Uint8Array(length / frameOctets)
  for (const frame of plan.lose?.(span) ?? []) lost[frame] = 1
  return codedScene({ plan, mix, tones, lost, presses })
}

function pressed(key: Key, ms: number, options: Partial<ToneOptions>, random: Random): Float32Array {
  const phases = { lowPhase: random.between(0, 7), highPhase: random.between(0, 7) }
  return generateTone({ key, ms, ...phases, ...options })
}

type Parts = {
  plan: Plan
  mix: Float32Array
  tones: Float32Array
  lost: Uint8Array
  presses: readonly Press[]
}

function codedScene({ plan, mix, tones, lost, presses }: Parts): Scene {
  const law = plan.law ?? 'mulaw'
  const octets = new Uint8Array(mix.length)
  encodeG711(law, toInt16(mix), octets)
  const expected = { hear: presses, reject: [], either: null }[plan.expect]
  return { condition: plan.condition, law, octets, tones, lost, presses, expected }
}

/** Interruption of a tone: `ms` of it replaced by nothing. */
export function interrupt(tones: Float32Array, { from, to }: Press, ms: number, random: Random): void {
  const length = Math.round(ms * 8)
  const at = Math.round(random.between(from + 0.35 * (to - from), from + 0.65 * (to - from) - length))
  tones.fill(0, at, at + length)
}

export function clip(samples: Float32Array, limit: number): void {
  for (let i = 0; i < samples.length; i++) samples[i] = Math.max(-limit, Math.min(limit, samples[i]!))
}

/** The clipping level at which a tone of `dbm0` loses its peaks by `db`. */
export const clipLimit = (dbm0: number, db: number) => 2 * 0.4811 * gainOfDb(dbm0 - db)
