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
  const run = (channel: ToneChannel, octets: Uint8Array) => {
    for (let at = 0; at < octets.length; at += 160) {
      channel.process(octets.subarray(at, at + 160), output)
      channel.drainEvents(() => {})
    }
  }
  let audio = 0
  let spent = 0
  for (let round = -1; round < rounds; round++) {
    for (const { octets } of scenes) {
      const channel = createToneChannel({ law: 'mulaw', lookaheadMs: 20, fill: 'noise' })
      if (isArmed) channel.arm()
      const begun = cpuSeconds()
      run(channel, octets)
      channel.release()
      // The first round only warms the machine up.
      if (round < 0) continue
      spent += cpuSeconds() - begun
      audio += octets.length / 8_000
    }
  }
  return audio / spent
}
