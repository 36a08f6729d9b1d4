import { describe, expect, it } from 'vitest'
import { scoreByOrder } from '../../benchmarks/tones/order-score.ts'
import { leastSquares, unguarded } from './attackers.ts'
import { fusionCase, fusionHabits } from './fusion/cases.ts'
import type { Heard } from './listen.ts'
import { Random } from './random.ts'
import { makeScene, type Scene } from './scene.ts'
import { noHearing, scoreHearing } from './score-hearing.ts'
import { keptSamples, noMasking, recoveredPct, scoreMasking } from './score-masking.ts'

/** A kit that cannot fail proves nothing: each score is shown a case that it has to notice. */
const plan = { condition: 'plain', toneMs: 60, pauseMs: 300, expect: 'hear' } as const
const scene = makeScene(plan, new Random(1))
const perfect = scene.presses.map(
  ({ key, from }): Heard => ({ digit: key, onsetSample: from, atSample: from + 240 }),
)
const scored = (heard: readonly Heard[], of: Scene = scene) => {
  const score = noHearing()
  scoreHearing(of, heard, score)
  return score
}

describe('the score of hearing', () => {
  it('finds nothing wrong with the truth', () => {
    expect(scored(perfect)).toMatchObject({ presses: 16, heard: 16, doubled: 0, wrong: 0, invented: 0 })
    expect(scored(perfect).latenciesMs).toEqual(Array(16).fill(30))
  })

  it('notices a press that is missed, doubled, misread or made up', () => {
    expect(scored(perfect.slice(1))).toMatchObject({ heard: 15 })
    const again = { ...perfect[3]!, atSample: perfect[3]!.atSample + 800 }
    expect(scored([...perfect, again])).toMatchObject({ heard: 16, doubled: 1 })
    const other = perfect[3]!.digit === '1' ? '2' : '1'
    const misread = perfect.map((heard, i) => (i === 3 ? { ...heard, digit: other } : heard))
    expect(scored(misread)).toMatchObject({ heard: 15, wrong: 1 })
    expect(scored([{ digit: '5', onsetSample: 0, atSample: 10 }, ...perfect])).toMatchObject({ invented: 1 })
  })

  it('counts what had to be rejected by press', () => {
    const rejected = makeScene({ ...plan, expect: 'reject' }, new Random(1))
    expect(scored([], rejected)).toMatchObject({ toReject: 16, rejected: 16 })
    expect(scored(perfect.slice(0, 2), rejected)).toMatchObject({ toReject: 16, rejected: 14 })
  })

  it('finds the same by order alone, for a peer that does not say when', () => {
    const keys = scene.presses.map(({ key }) => key).join('')
    const byOrder = (digits: string) => {
      const score = noHearing()
      scoreByOrder(scene, digits, score)
      return score
    }
    expect(byOrder(keys)).toMatchObject({ heard: 16, doubled: 0, wrong: 0 })
    expect(byOrder(keys.slice(1))).toMatchObject({ heard: 15 })
    expect(byOrder(keys.replace(keys[4]!, keys[4]! + keys[4]!))).toMatchObject({ heard: 16, doubled: 1 })
  })
})

describe('the score of masking', () => {
  const masked = (change: (octets: Uint8Array) => void) => {
    const output = scene.octets.slice()
    change(output)
    const score = noMasking()
    scoreMasking(scene, output, score, [leastSquares, unguarded])
    return score
  }
  const silence = (octets: Uint8Array, from: number, to: number) => octets.fill(0xff, from, to)

  it('sees everything in audio that nobody masked', () => {
    const score = masked(() => {})
    expect(score).toMatchObject({ presses: 16, audible: 16 })
    for (const attacker of ['least squares', 'unguarded detector'])
      expect(recoveredPct(score, attacker).pct).toBe(100)
  })

  it('sees nothing in audio that was masked wholly', () => {
    const score = masked((octets) => silence(octets, 0, octets.length))
    expect(score).toMatchObject({ audible: 0, echoAudible: 0 })
    expect(recoveredPct(score, 'unguarded detector').pct).toBe(0)
    expect(recoveredPct(score, 'least squares').pct).toBeLessThan(20)
  })

  it('sees 4 ms of a tone that were left, and how far the mask reached', () => {
    const score = masked((octets) => {
      for (const { from, to } of scene.presses) silence(octets, from + 32, to + 160)
    })
    expect(score.audible).toBe(16)
    expect(recoveredPct(score, 'least squares').pct).toBeGreaterThan(80)
    for (const ms of score.afterMs) expect(Math.abs(ms - 20)).toBeLessThan(5)
  })

  it('gives nobody credit for what the same guesses would have got in any order', () => {
    const odd = { name: 'always one', read: (_: unknown, spans: readonly unknown[]) => spans.map(() => '5') }
    const score = noMasking()
    scoreMasking(scene, scene.octets, score, [odd])
    expect(score.named.get('always one')).toMatchObject({ right: 1, tried: 16 })
    expect(recoveredPct(score, 'always one').pct).toBeCloseTo(0, 6)
  })

  it('takes runs of equal octets for kept, and chance for chance', () => {
    const output = scene.octets.map((octet, i) => (i % 5 === 0 ? octet ^ 1 : octet))
    expect(keptSamples(scene, output).some((kept) => kept === 1)).toBe(false)
    expect(keptSamples(scene, scene.octets).every((kept) => kept === 1)).toBe(true)
  })
})

describe('cases', () => {
  it('are the same for the same seed, and others for another', () => {
    const again = makeScene(plan, new Random(1))
    expect(Buffer.from(again.octets).equals(Buffer.from(scene.octets))).toBe(true)
    expect(Buffer.from(makeScene(plan, new Random(2)).octets).equals(Buffer.from(scene.octets))).toBe(false)
    expect(fusionCase(1, 3)).toEqual(fusionCase(1, 3))
  })

  it('of packets know twenty presses each, whatever the sender does', () => {
    for (let n = 0; n < fusionHabits; n++) expect(fusionCase(1, n).keys).toMatch(/^[0-9*#]{20}$/)
  })
})
