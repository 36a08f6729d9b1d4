import type { G711Law, ToneChannel, ToneEvent } from '../../../src/dsp/tone-channel.ts'
import { createToneChannel } from '../../../src/dsp/tone-guard.ts'

export type Heard = ToneEvent & {
  /** Samples taken in when the decision was known. */ readonly knownAt: number
}

export type Playing = {
  readonly law?: G711Law
  readonly armed?: boolean
  readonly lookaheadMs?: number
  readonly fill?: 'noise' | 'silence' | 'tone'
  readonly frame?: number
  /** Frames that never come, by index. */
  readonly lost?: ReadonlySet<number>
  readonly channel?: ToneChannel
}

/** Sends audio through a channel in frames, as the bridge does. */
export function play(input: Uint8Array, options: Playing = {}): { output: Uint8Array; heard: Heard[] } {
  const { law = 'mulaw', armed = false, lookaheadMs = 20, fill = 'noise', frame = 160 } = options
  const channel = options.channel ?? createToneChannel({ law, lookaheadMs, fill })
  if (armed) channel.arm()
  const output = new Uint8Array(input.length)
  const heard: Heard[] = []
  for (let at = 0, index = 0; at < input.length; at += frame, index++) {
    const end = Math.min(at + frame, input.length)
    if (options.lost?.has(index)) channel.processLost(end - at, output.subarray(at, end))
    else channel.process(input.subarray(at, end), output.subarray(at, end))
    channel.drainEvents((event) => heard.push({ ...event, knownAt: end }))
  }
  return { output, heard }
}

/** The keys of the onsets, in order. */
export function keysOf(heard: readonly Heard[]): string {
  return heard.flatMap((event) => (event.at === 'onset' ? [String.fromCharCode(event.digit)] : [])).join('')
}
