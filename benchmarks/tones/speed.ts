import type { G711Law, ToneChannel } from '../../src/dsp/tone-channel.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import type { Scene } from '../../test/tones/scene.ts'

/** Processor time, so that others on the machine count less. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Until the compiler has settled, and long enough for a number that holds, in seconds of processor time. */
const warmUpSeconds = 1.5

/** As it comes from the network: each frame of 20 ms is there when the engine is called; null for one that never came. */
type FramedCall = { readonly law: G711Law; readonly frames: readonly (Uint8Array | null)[] }

/**
 * Seconds of audio that our engine handles in a second of one core: G.711 in, G.711 out, frames of 20 ms. For
 * `seconds` of processor time, once code that runs for hours has been compiled as it is in life. Not armed, what comes
 * goes on as it came: like its peers, the engine then only reads it where it lies.
 */
export function ourTimesRealTime(scenes: readonly Scene[], seconds: number, isArmed: boolean): number {
  const calls = scenes.map(({ law, octets, lost }) => ({
    law,
    frames: Array.from({ length: Math.floor(octets.length / 160) }, (_, i) =>
      lost[i] === 1 ? null : octets.subarray(160 * i, 160 * i + 160),
    ),
  }))
  rounds(calls, warmUpSeconds, isArmed)
  return rounds(calls, seconds, isArmed)
}

function rounds(calls: readonly FramedCall[], seconds: number, isArmed: boolean): number {
  const own = new Uint8Array(160)
  const nothing = () => {}
  const run = (channel: ToneChannel, frames: FramedCall['frames']) => {
    for (const frame of frames) {
      if (frame) channel.process(frame, isArmed ? own : frame)
      else channel.processLost(160, own)
      channel.drainEvents(nothing)
    }
  }
  let audio = 0
  let spent = 0
  while (spent < seconds) {
    for (const { law, frames } of calls) {
      const channel = createToneChannel({ law, lookaheadMs: 20, fill: 'noise' })
      if (isArmed) channel.arm()
      const begun = cpuSeconds()
      run(channel, frames)
      channel.release()
      spent += cpuSeconds() - begun
      audio += frames.length / 50
    }
  }
  return audio / spent
}
