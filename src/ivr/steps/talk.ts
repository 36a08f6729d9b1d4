import { type Dialogue, play, saying, type Turn } from '../dialogue.ts'
import { ask } from '../question.ts'
import { speakNumber } from '../speech/speak.ts'
import type { StepKind } from '../step-kind.ts'

export const say: StepKind<'say'> = {
  enter: (dialogue, step, go) => go(saying(dialogue, ...step.say), step.next),
}

export const menu: StepKind<'menu'> = {
  enter(dialogue, step) {
    const audio = step.say.map((id) => `${dialogue.locale}/${id}`)
    return ask(dialogue, { name: 'menu', of: 'choice', keys: Object.keys(step.choices).join(''), audio })
  },
  answered(dialogue, step, { answer, go }) {
    const chosen = answer.is === 'key' ? step.choices[answer.key as keyof typeof step.choices] : undefined
    if (chosen !== undefined) return go(dialogue, chosen)
    return go(answer.is === 'cancelled' ? dialogue : saying(dialogue, 'attempts.over'), step.failed)
  },
}

/** Whoever does not choose is spoken to as before. */
export const language: StepKind<'language'> = {
  enter(dialogue, step, go) {
    const { locales } = dialogue.flow
    if (locales.length === 1) return go(dialogue, step.next)
    const audio = locales.flatMap((locale, index) => [
      `${locale}/language.this`,
      ...speakNumber(locale, index + 1),
      'pause/300',
    ])
    const keys = locales.map((_, index) => String(index + 1)).join('')
    return ask(dialogue, { name: 'language', of: 'choice', keys, audio })
  },
  answered(dialogue, step, { answer, go }) {
    if (answer.is !== 'key') return go(dialogue, step.next)
    return go({ ...dialogue, locale: dialogue.flow.locales[Number(answer.key) - 1]! }, step.next)
  },
}

export const end: StepKind<'end'> = {
  enter: (dialogue, step) => hangUpAfter(saying(dialogue, ...step.say)),
}

/** Says what is pending to its end, and hangs up. */
export function hangUpAfter(dialogue: Dialogue): Turn {
  const said = play(dialogue, [], { bargeIn: false })
  const left: Dialogue = { ...said.dialogue, mode: { is: 'leaving' } }
  const last = said.effects.length === 0 ? ([{ do: 'hang-up' }] as const) : said.effects
  return { dialogue: left, effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, ...last] }
}
