import { describe, expect, it } from 'vitest'
import { heardUnarmed } from './listen.ts'
import { Random } from './random.ts'
import { makeScene } from './scene.ts'
import { formantVoices } from './signals/formant-voices.ts'
import { type TalkOffKind, talkOffScene } from './talk-off.ts'

const seed = 1
/** Digits in two minutes of it. */
const invented = (kind: TalkOffKind, n: number) => heardUnarmed(talkOffScene(kind, seed, n).scene).length

describe('vowels that stand on the frequencies of a key', () => {
  it('are no keys, whoever speaks them: of this mouth 228 were, of this throat 40', () => {
    expect(invented('vowels of many mouths', 0)).toBeLessThanOrEqual(16)
    expect(invented('voices with their formants on a pair', 0)).toBeLessThanOrEqual(4)
  })

  it('take no key away that is pressed while they are said', () => {
    const beneath = ({ length, random }: { length: number; random: Random }) =>
      formantVoices(length, -24, random)
    const plan = { condition: 'voice', toneMs: 80, pauseMs: 120, expect: 'hear', beneath } as const
    const scene = makeScene({ ...plan, tone: () => ({ levelDbm0: -10 }) }, new Random(seed))
    expect(heardUnarmed(scene).map(({ digit }) => digit)).toEqual(scene.presses.map(({ key }) => key))
  })
})
