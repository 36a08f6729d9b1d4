import type { ToneChannel } from '../../src/dsp/tone-channel.ts'
import { createToneChannel } from '../../src/dsp/tone-guard.ts'
import type { Scene } from '../../test/tones/scene.ts'

/** Processor time, so that others on the machine count less. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Seconds of audio that our engine handles in a second of one core: mu-law in, mu-law out, frames of 20 ms. */
export function ourTimesRealTime(scenes: readonly Scene[], rounds: number, isArmed: boolean): number {
  const output = new Uint8Array(160)
  const nothing = () => {}
  // As they come from the network: each frame is there when the engine is called.
  const framed = scenes.map(({ octets }) =>
    Array.from({ length: Math.floor(octets.length / 160) }, (_, i) =>
      octets.subarray(160 * i, 160 * i + 160),
    ),
  )
  const run = (channel: ToneChannel, frames: readonly Uint8Array[]) => {
    for (const frame of frames) {
      channel.process(frame, output)
      channel.drainEvents(nothing)
    }
  }
  let audio = 0
  let spent = 0
  for (let round = -1; round < rounds; round++) {
    for (const frames of framed) {
      const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
      if (isArmed) channel.arm()
      const begun = cpuSeconds()
      run(channel, frames)
      channel.release()
      // The first round only warms the machine up.
      if (round < 0) continue
      spent += cpuSeconds() - begun
      audio += frames.length / 50
    }
  }
  return audio / spent
}
