import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Heard } from '../../../test/tones/listen.ts'

/** One stretch for a peer: linear samples and the frames of 20 ms that never came. */
export type Stretch = { readonly samples: Int16Array; readonly lost: Uint8Array }

const builds = {
  spandsp: ['-lspandsp', '-lm'],
  librem: ['-I/usr/include/re', '-I/usr/include/rem', '-lrem', '-lre', '-lm'],
} as const
export type NativePeerName = keyof typeof builds

/** A detector written in C, behind the harness in `scenes.h`. */
export class NativePeer {
  readonly name: NativePeerName
  readonly #program: string

  private constructor(name: NativePeerName, program: string) {
    this.name = name
    this.#program = program
  }

  /** Null when its library or a C compiler is missing. */
  static build(name: NativePeerName): NativePeer | null {
    const program = path.join(mkdtempSync(path.join(os.tmpdir(), 'tonewall-peer-')), name)
    const source = path.join(import.meta.dirname, `${name}.c`)
    const built = spawnSync('gcc', ['-O2', '-o', program, source, ...builds[name]], { stdio: 'ignore' })
    return built.status === 0 ? new NativePeer(name, program) : null
  }

  /** What it hears in each stretch. */
  hear(stretches: readonly Stretch[]): Heard[][] {
    const heard: Heard[][] = stretches.map(() => [])
    const lines = execFileSync(this.#program, { input: packed(stretches), maxBuffer: 2 ** 28 }).toString(
      'latin1',
    )
    for (const line of lines.split('\n')) {
      const [scene, atSample, digit] = line.split(' ')
      if (digit)
        heard[Number(scene)]?.push({ digit, onsetSample: Number(atSample), atSample: Number(atSample) })
    }
    return heard
  }

  /** Seconds of audio handled in a second of one core. */
  timesRealTime(stretches: readonly Stretch[], rounds: number): number {
    const output = execFileSync(this.#program, ['-t', String(rounds)], {
      input: packed(stretches),
    }).toString()
    const [seconds, audio] = output.trim().split(' ').map(Number)
    return audio! / seconds!
  }
}

function packed(stretches: readonly Stretch[]): Buffer {
  return Buffer.concat(
    stretches.flatMap(({ samples, lost }) => {
      const count = Buffer.alloc(4)
      if (os.endianness() === 'LE') count.writeInt32LE(samples.length)
      else count.writeInt32BE(samples.length)
      return [count, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength), lost]
    }),
  )
}
