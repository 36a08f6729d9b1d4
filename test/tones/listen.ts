import { g711Tables } from '../../src/dsp/g711.ts'
import type { ToneChannelOptions } from '../../src/dsp/tone-channel.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import { frameOctets, type Scene } from './scene.ts'

/** A decision: the digit, and the scene's sample at which it fell. */
export type Heard = { readonly digit: string; readonly onsetSample: number; readonly atSample: number }

export type Passage = {
  readonly heard: readonly Heard[]
  /** What the agent gets, in octets, its delay taken out: sample n belongs to sample n of the scene. */
  readonly output: Uint8Array
}

/** A call has always been going on for a while when a payment begins: armed, with the delay line full. */
const lookaheadMs = 20
const longestLeadFrames = 200

/** A scene through an armed tone channel, frame by frame as a bridge does it. */
export function throughEngine(scene: Scene, options: Partial<ToneChannelOptions> = {}): Passage {
  const settings = { law: scene.law, lookaheadMs, fill: 'noise', ...options } as const
  const channel = createToneChannel(settings)
  const { silence } = g711Tables(scene.law)
  const quiet = new Uint8Array(frameOctets).fill(silence)
  const frame = new Uint8Array(frameOctets)
  channel.arm()
  let lead = 0
  while (!channel.secured && lead < longestLeadFrames * frameOctets) {
    channel.process(quiet, frame)
    lead += frameOctets
  }
  if (!channel.secured) throw new Error('the tone channel does not secure the line')
  const delay = Math.round(settings.lookaheadMs * 8)
  const padded = new Uint8Array(scene.octets.length + Math.ceil(delay / frameOctets) * frameOctets)
  const heard: Heard[] = []
  for (let at = 0; at < padded.length; at += frameOctets) {
    const out = padded.subarray(at, at + frameOctets)
    if (at >= scene.octets.length) channel.process(quiet, out)
    else if (scene.lost[at / frameOctets] === 1) channel.processLost(frameOctets, out)
    else channel.process(scene.octets.subarray(at, at + frameOctets), out)
    channel.drainEvents(({ at: moment, digit, onsetSample, atSample }) => {
      if (moment !== 'onset') return
      if (atSample > lead + at + frameOctets) throw new Error('a decision lies in the future')
      heard.push({
        digit: String.fromCharCode(digit),
        onsetSample: onsetSample - lead,
        atSample: atSample - lead,
      })
    })
  }
  channel.release()
  return { heard, output: padded.slice(delay, delay + scene.octets.length) }
}

/** What is heard where nobody is masked: the engine then passes over what cannot be a tone. */
export function heardUnarmed(scene: Scene): Heard[] {
  const channel = createToneChannel({ law: scene.law, lookaheadMs, fill: 'noise' })
  const quiet = new Uint8Array(frameOctets).fill(g711Tables(scene.law).silence)
  const out = new Uint8Array(frameOctets)
  const heard: Heard[] = []
  for (let at = 0; at < scene.octets.length + frameOctets; at += frameOctets) {
    if (at >= scene.octets.length) channel.process(quiet, out)
    else if (scene.lost[at / frameOctets] === 1) channel.processLost(frameOctets, out)
    else channel.process(scene.octets.subarray(at, at + frameOctets), out)
    channel.drainEvents(({ at: moment, digit, onsetSample, atSample }) => {
      if (moment === 'onset') heard.push({ digit: String.fromCharCode(digit), onsetSample, atSample })
    })
  }
  channel.release()
  return heard
}
