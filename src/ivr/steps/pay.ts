import { type Dialogue, play, saying, stay, type Turn, wishOf, withFacts } from '../dialogue.ts'
import type { StepOf } from '../flow-steps.ts'
import { ask } from '../question.ts'
import { say, speakDigits } from '../speech/speak.ts'
import type { Go, StepKind } from '../step-kind.ts'

/** Between two words to a caller whose bank takes its time, in ms. */
const patienceMs = 8_000

/** Charges the card that was keyed or chosen, and says what became of it. Nothing that the caller keys stops it. */
export const pay: StepKind<'pay'> = {
  enter(dialogue) {
    const { locale, facts } = dialogue
    const said = play(dialogue, [say(locale, 'authorising')], { bargeIn: false })
    const order = facts.charged ? [] : [{ do: 'pay' } as const]
    return {
      dialogue: {
        ...withFacts(said.dialogue, { charged: false }),
        mode: { is: 'paying', talking: true, outcome: null },
      },
      effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, ...said.effects, ...order],
    }
  },
  on(dialogue, step, { event, go }) {
    const { mode } = dialogue
    if (mode.is !== 'paying') return undefined
    switch (event.type) {
      case 'paid':
        // It waits for the words that are being said.
        if (mode.talking) return stay({ ...dialogue, mode: { ...mode, outcome: event.outcome } })
        return settled({ ...dialogue, mode: { ...mode, outcome: event.outcome } }, step, go)
      case 'played':
        if (mode.outcome) return settled(dialogue, step, go)
        return {
          dialogue: { ...dialogue, mode: { ...mode, talking: false } },
          effects: [{ do: 'wait', ms: patienceMs }],
        }
      case 'time-out': {
        const { dialogue: said, effects } = play(dialogue, [say(dialogue.locale, 'authorising.wait')], {
          bargeIn: false,
        })
        return { dialogue: { ...said, mode: { ...mode, talking: true } }, effects }
      }
      case 'card-ended':
        // It never came to the bank: the card was gone before it could be sent.
        return go(saying(dialogue, 'unavailable'), step.failed)
      default:
        return undefined
    }
  },
}

function settled(dialogue: Dialogue, step: StepOf<'pay'>, go: Go): Turn {
  const outcome = dialogue.mode.is === 'paying' ? dialogue.mode.outcome : null
  if (outcome?.is === 'approved') {
    const { confirmation } = outcome
    return go(saying(withFacts(dialogue, { confirmation }), 'approved'), step.approved)
  }
  if (outcome?.is !== 'declined') return go(saying(dialogue, 'unknown'), step.unknown)
  const declines = dialogue.facts.declines + 1
  const told = saying(withFacts(dialogue, { declines, rounds: 0 }), 'declined')
  if (declines >= dialogue.flow.attempts) return go(told, step.failed)
  return go(outcome.otherCard ? saying(told, 'declined.other-card') : told, step.declined)
}

export const confirmation: StepKind<'confirmation'> = {
  enter(dialogue, step, go) {
    const { locale, facts } = dialogue
    if (facts.confirmation === null) return go(dialogue, step.next)
    const audio = [
      say(locale, 'confirmation.is'),
      ...speakDigits(locale, facts.confirmation),
      ...['pause/300', say(locale, 'confirmation.again')],
    ]
    return ask(dialogue, { name: 'confirmation', of: 'choice', keys: '12', audio })
  },
  /** Whoever says nothing has heard it. */
  answered(dialogue, step, { question, answer, go }) {
    return answer.is === 'key' && answer.key === '1' ? ask(dialogue, question) : go(dialogue, step.next)
  },
}

export const receipt: StepKind<'receipt'> = {
  enter(dialogue) {
    const audio = [say(dialogue.locale, 'receipt.ask')]
    return ask(dialogue, { name: 'receipt', of: 'choice', keys: '12', audio })
  },
  answered(dialogue, step, { answer, go }) {
    if (answer.is !== 'key' || answer.key !== '1') return go(dialogue, step.next)
    return {
      dialogue: { ...dialogue, mode: { is: 'ordering' } },
      effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, { do: 'receipt', locale: dialogue.locale }],
    }
  },
  on(dialogue, step, { event, go }) {
    if (event.type !== 'done' || dialogue.mode.is !== 'ordering') return undefined
    return go(saying(dialogue, event.ok ? 'receipt.sent' : 'receipt.failed'), step.next)
  },
}

/** What was keyed is gone before the link leaves. */
export const payLink: StepKind<'pay-link'> = {
  enter(dialogue, step, go) {
    const order = wishOf(dialogue)
    if (!order) return go(saying(dialogue, 'attempts.over'), step.failed)
    return {
      dialogue: { ...dialogue, mode: { is: 'ordering' } },
      effects: [
        { do: 'stop-waiting' },
        { do: 'drop-keys' },
        { do: 'send-link', order, locale: dialogue.locale },
      ],
    }
  },
  on(dialogue, step, { event, go }) {
    if (event.type !== 'done' || dialogue.mode.is !== 'ordering') return undefined
    return event.ok
      ? go(saying(dialogue, 'link.sent'), step.next)
      : go(saying(dialogue, 'unavailable'), step.failed)
  },
}
