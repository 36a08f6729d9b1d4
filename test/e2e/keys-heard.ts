import { encodeG711 } from '../../src/dsp/g711.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'

const frame = 160

/** The keys whose tones are in the audio (8 kHz), in order. */
export function keysHeard(pcm: Int16Array): string {
  const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
  const octets = new Uint8Array(pcm.length)
  encodeG711('mulaw', pcm, octets)
  let keys = ''
  for (let at = 0; at + frame <= octets.length; at += frame) {
    channel.process(octets.subarray(at, at + frame), new Uint8Array(frame))
    channel.drainEvents((event) => {
      if (event.at === 'onset') keys += String.fromCharCode(event.digit)
    })
  }
  channel.release()
  return keys
}
