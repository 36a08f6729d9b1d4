import type { Random } from '../random.ts'
import { frameOctets, type Plan } from '../scene.ts'
import { type Group, group } from './group.ts'

const usual = { toneMs: (r: Random) => r.between(80, 160), pauseMs: (r: Random) => r.between(80, 160) }

/** Each third press loses the packet nearest its middle. */
function middles({ presses }: { presses: readonly { from: number; to: number }[] }): number[] {
  return presses
    .filter((_, i) => i % 3 === 0)
    .map(({ from, to }) => Math.floor((from + to) / 2 / frameOctets))
}

const atRandom =
  (share: number): NonNullable<Plan['lose']> =>
  ({ length, random }) =>
    Array.from({ length: length / frameOctets }, (_, i) => i).filter(() => random.next() < share)

/** Lost, concealed and slipped: each press stays one. */
export function lossGroups(): Group[] {
  return [
    group('a packet lost and known to be', 'hear', [{ ...usual, lose: middles }]),
    group('a packet lost, silence in its place', 'hear', [
      {
        ...usual,
        shapeMix: (mix, span) => {
          for (const f of middles(span)) mix.fill(0, f * frameOctets, (f + 1) * frameOctets)
        },
      },
    ]),
    group('a packet lost, concealed by repetition', 'hear', [
      {
        ...usual,
        shapeMix: (mix, span) => {
          for (const f of middles(span)) repeat(mix, f * frameOctets)
        },
      },
    ]),
    group(
      'loss of 1 to 3 % at random',
      'hear',
      [0.01, 0.03].map((share) => ({ ...usual, toneMs: (r) => r.between(100, 180), lose: atRandom(share) })),
    ),
    group('a slip of the clock', 'hear', [{ ...usual, shapeTones: slips }]),
  ]
}

/** As simple concealers do: the last packet again, 3 dB quieter, whatever the phase. */
function repeat(mix: Float32Array, at: number): void {
  for (let i = 0; i < frameOctets; i++) mix[at + i] = 0.71 * mix[at + i - frameOctets]!
}

/** From the middle of a press on, the tone comes up to 8 ms early: a jump of phase. */
function slips(
  tones: Float32Array,
  { presses, random }: { presses: readonly { from: number; to: number }[]; random: Random },
): void {
  for (const { from, to } of presses) {
    const jump = random.integer(1, 64)
    const middle = (from + to) >> 1
    tones.copyWithin(middle, middle + jump, to)
    tones.fill(0, to - jump, to)
  }
}
