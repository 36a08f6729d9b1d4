import type { NativePeer } from '../../benchmarks/tones/peers/native-peer.ts'
import { likeliestKey } from '../../src/dtmf/attacker.ts'
import { type Finding, ToneScanner, unguardedScan } from '../../src/dtmf/tone-scanner.ts'

/** Somebody who has the agent's leg, knows when each key was down, and names a key for each, or none. */
export type Attacker = {
  readonly name: string
  /** Keys for spans of one recording. */
  read(audio: Int16Array, spans: readonly Span[]): readonly (string | null)[]
}
export type Span = { readonly from: number; readonly to: number }

export const leastSquares: Attacker = {
  name: 'least squares',
  read: (audio, spans) =>
    spans.map(({ from, to }) => likeliestKey(audio, { fromSample: from, toSample: to }).key),
}

/** Our own ear without a single guard: of all that looks like a pair within the span, the purest. */
export const unguarded: Attacker = {
  name: 'unguarded detector',
  read(audio, spans) {
    const findings: Finding[] = []
    const scanner = new ToneScanner(unguardedScan, (finding) => findings.push(finding))
    scanner.push(audio)
    scanner.end()
    return spans.map(({ from, to }) => {
      const within = findings.filter(
        ({ fromSample, toSample }) => fromSample >= from - 80 && toSample <= to + 80,
      )
      return (
        within.reduce<Finding | null>((best, one) => (best && best.purity >= one.purity ? best : one), null)
          ?.key ?? null
      )
    })
  },
}

/** A receiver as it is used: what it hears within a span. */
export function receiver(peer: NativePeer): Attacker {
  return {
    name: peer.name,
    read(audio, spans) {
      const lost = new Uint8Array(Math.ceil(audio.length / 160))
      const [heard] = peer.hear([{ samples: audio, lost }])
      return spans.map(
        ({ from, to }) =>
          heard!.find(({ atSample }) => atSample > from && atSample <= to + 400)?.digit ?? null,
      )
    },
  }
}
