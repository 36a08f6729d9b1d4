import type { ToneChannel } from '../../src/dsp/tone-channel.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import type { Scene } from '../../test/tones/scene.ts'

/** Processor time, so that others on the machine count less. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Until the compiler has settled, and long enough for a number that holds, in seconds of processor time. */
const warmUpSeconds = 1.5

/**
 * Seconds of audio that our engine handles in a second of one core: mu-law in, mu-law out, frames of 20 ms. For
 * `seconds` of processor time, once code that runs for hours has been compiled as it is in life. Not armed, what comes
 * goes on as it came: like its peers, the engine then only reads it where it lies.
 */
export function ourTimesRealTime(scenes: readonly Scene[], seconds: number, isArmed: boolean): number {
  // As they come from the network: each frame is there when the engine is called.
  const framed = scenes.map(({ octets }) =>
    Array.from({ length: Math.floor(octets.length / 160) }, (_, i) =>
      octets.subarray(160 * i, 160 * i + 160),
    ),
  )
  rounds(framed, warmUpSeconds, isArmed)
  return rounds(framed, seconds, isArmed)
}

function rounds(framed: readonly (readonly Uint8Array[])[], seconds: number, isArmed: boolean): number {
  const into = isArmed ? new Uint8Array(160) : null
  const nothing = () => {}
  const run = (channel: ToneChannel, frames: readonly Uint8Array[]) => {
    for (const frame of frames) {
      channel.process(frame, into ?? frame)
      channel.drainEvents(nothing)
    }
  }
  let audio = 0
  let spent = 0
  while (spent < seconds) {
    for (const frames of framed) {
      const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
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
