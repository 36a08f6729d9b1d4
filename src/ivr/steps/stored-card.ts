import { askFor, faultOf } from '../card-prompts.ts'
import {
  type Dialogue,
  type DialogueEvent,
  type Mode,
  play,
  saying,
  type Turn,
  wishOf,
  withFacts,
} from '../dialogue.ts'
import type { StepOf } from '../flow-steps.ts'
import { ask } from '../question.ts'
import { say, speakDigits } from '../speech/speak.ts'
import type { Go, StepKind } from '../step-kind.ts'
import { endsInSilence, givingUp } from './card.ts'

type Collecting = Extract<Mode, { is: 'collecting' }>
type Given = { readonly event: DialogueEvent; readonly go: Go }

/**
 * "To pay with the card that ends in 4242, press 1." Of the card there are only its id and its last four digits here; where
 * its security code is keyed again, that goes to a card process as every digit of a card does. Without a yes nothing is charged.
 */
export const storedCard: StepKind<'stored-card'> = {
  enter(dialogue, step, go) {
    const customer = dialogue.facts.bill?.customer
    if (customer === undefined || !wishOf(dialogue)) return go(dialogue, step.another)
    return {
      dialogue: { ...withFacts(dialogue, { kept: null }), mode: { is: 'ordering' } },
      effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, { do: 'find-card', customer }],
    }
  },
  answered(dialogue, step, { answer, go }) {
    if (answer.is === 'key' && answer.key === '1') return use(dialogue, step, go)
    if (answer.is === 'key') return go(dialogue, step.another)
    const said = saying(dialogue, answer.is === 'cancelled' ? 'cancelled' : 'attempts.over')
    return givingUp(go(said, answer.is === 'cancelled' ? step.cancelled : step.failed))
  },
  on(dialogue, step, given) {
    const { mode } = dialogue
    const { event, go } = given
    if (mode.is === 'collecting') return collecting(dialogue, mode, { step, given })
    if (event.type !== 'kept-card' || mode.is !== 'ordering') return undefined
    if (!event.card) return go(dialogue, step.another)
    return offer(withFacts(dialogue, { kept: event.card }))
  },
}

function offer(dialogue: Dialogue): Turn {
  const { locale, facts } = dialogue
  const audio = [
    say(locale, 'stored.ask'),
    ...speakDigits(locale, facts.kept?.last4 ?? ''),
    ...['pause/200', say(locale, 'stored.press')],
  ]
  return ask(dialogue, { name: 'stored', of: 'choice', keys: '12', audio })
}

function use(dialogue: Dialogue, step: StepOf<'stored-card'>, go: Go): Turn {
  const order = wishOf(dialogue)
  const { kept } = dialogue.facts
  if (!order || !kept) return go(saying(dialogue, 'unavailable'), step.failed)
  return {
    dialogue: { ...dialogue, mode: { is: 'collecting', errors: {}, field: null } },
    effects: [
      { do: 'stop-waiting' },
      { do: 'drop-keys' },
      { do: 'use-card', order, cardId: kept.cardId, csc: step.csc },
    ],
  }
}

function collecting(
  dialogue: Dialogue,
  mode: Collecting,
  { step, given }: { readonly step: StepOf<'stored-card'>; readonly given: Given },
): Turn | undefined {
  const { event, go } = given
  switch (event.type) {
    case 'charging':
      return go(withFacts({ ...dialogue, pending: [] }, { charged: true }), step.next)
    case 'field-asked': {
      const audio = [say(dialogue.locale, askFor(event.field, event.brand))]
      return play({ ...dialogue, mode: { ...mode, field: event.field } }, audio, { bargeIn: true })
    }
    case 'field-rejected': {
      const errors = (mode.errors[event.field] ?? 0) + 1
      const { attempts } = dialogue.flow
      if (errors >= attempts)
        return givingUp(go(saying(dialogue, `fault.${event.fault}`, 'attempts.over'), step.failed))
      const told = saying(dialogue, ...faultOf(event.fault, errors === attempts - 1))
      return {
        dialogue: { ...told, mode: { ...mode, errors: { ...mode.errors, [event.field]: errors } } },
        effects: [],
      }
    }
    case 'collected':
      return go({ ...dialogue, pending: [] }, step.next)
    case 'card-ended':
      return ended({ ...dialogue, pending: [] }, step, { why: event.why, go })
    default:
      return undefined
  }
}

function ended(
  dialogue: Dialogue,
  step: StepOf<'stored-card'>,
  { why, go }: { readonly why: string; readonly go: Go },
): Turn {
  if (why === 'caller-cancelled') return givingUp(go(saying(dialogue, 'cancelled'), step.cancelled))
  if (!endsInSilence(why)) return givingUp(go(saying(dialogue, 'unavailable'), step.failed))
  const rounds = dialogue.facts.rounds + 1
  if (rounds >= dialogue.flow.attempts) return givingUp(go(saying(dialogue, 'attempts.over'), step.failed))
  return use(saying(withFacts(dialogue, { rounds }), 'silence'), step, go)
}
