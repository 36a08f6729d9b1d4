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

type Collecting = Extract<Mode, { is: 'collecting' }>
type Given = { readonly event: DialogueEvent; readonly go: Go }

/** Ends of a collection that are silence, and not the caller's wish or the platform's trouble. */
const silences = new Set(['first-digit-timeout', 'between-digits-timeout', 'whole-timeout'])

export const endsInSilence = (why: string): boolean => silences.has(why)

/**
 * The card, field by field. Its digits go from the bridge to the card process and nowhere else: what comes here is which
 * field is asked for, why one was not taken, and in the end the last four.
 */
export const card: StepKind<'card'> = {
  enter: (dialogue, step, go) => collect(saying(dialogue, 'card.begin'), step, go),
  on(dialogue, step, given) {
    const { mode } = dialogue
    // While the last four are read back, only time can take the card away.
    if (mode.is === 'asking' && given.event.type === 'card-ended') return ended(dialogue, step, given)
    if (mode.is !== 'collecting') return undefined
    return collecting(dialogue, mode, { step, given })
  },
  answered(dialogue, step, { answer, go }) {
    if (answer.is === 'key' && answer.key === '1') return go(dialogue, step.next)
    if (answer.is === 'key' && answer.key === '2') return another(dialogue, step, go)
    if (answer.is === 'key' && step.agent !== undefined) return go(dialogue, step.agent)
    // Without a yes no card is charged.
    const said = saying(dialogue, answer.is === 'cancelled' ? 'cancelled' : 'attempts.over')
    return givingUp(go(said, answer.is === 'cancelled' ? step.cancelled : step.failed))
  },
}

function collect(dialogue: Dialogue, step: StepOf<'card'>, go: Go): Turn {
  const order = wishOf(dialogue)
  if (!order) return go(saying(dialogue, 'attempts.over'), step.failed)
  return {
    dialogue: { ...dialogue, mode: { is: 'collecting', errors: {}, field: null } },
    effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, { do: 'collect', order }],
  }
}

function collecting(
  dialogue: Dialogue,
  mode: Collecting,
  { step, given }: { readonly step: StepOf<'card'>; readonly given: Given },
): Turn | undefined {
  const { event, go } = given
  switch (event.type) {
    case 'field-asked': {
      const audio = [say(dialogue.locale, askFor(event.field, event.brand))]
      return play({ ...dialogue, mode: { ...mode, field: event.field } }, audio, { bargeIn: true })
    }
    case 'field-rejected': {
      const errors = (mode.errors[event.field] ?? 0) + 1
      const { attempts } = dialogue.flow
      if (errors >= attempts) {
        const over = saying(dialogue, `fault.${event.fault}`, 'attempts.over')
        return givingUp(go(over, step.failed))
      }
      const told = saying(dialogue, ...faultOf(event.fault, errors === attempts - 1))
      return {
        dialogue: { ...told, mode: { ...mode, errors: { ...mode.errors, [event.field]: errors } } },
        effects: [],
      }
    }
    case 'collected':
      return collected(dialogue, step, { last4: event.last4, go })
    case 'card-ended':
      return ended(dialogue, step, given)
    default:
      return undefined
  }
}

function collected(
  dialogue: Dialogue,
  step: StepOf<'card'>,
  { last4, go }: { readonly last4: string; readonly go: Go },
): Turn {
  if (!step.confirm) return go({ ...dialogue, pending: [] }, step.next)
  const { locale } = dialogue
  const agent = step.agent === undefined ? [] : [say(locale, 'agent.ask')]
  const audio = [
    ...[say(locale, 'card.ending'), ...speakDigits(locale, last4), 'pause/200', say(locale, 'card.confirm')],
    ...agent,
  ]
  const keys = step.agent === undefined ? '12' : '120'
  return ask({ ...dialogue, pending: [] }, { name: 'confirm', of: 'choice', keys, audio })
}

function ended(dialogue: Dialogue, step: StepOf<'card'>, { event, go }: Given): Turn {
  const why = event.type === 'card-ended' ? event.why : ''
  const plain = { ...dialogue, pending: [] }
  if (why === 'caller-cancelled') return givingUp(go(saying(plain, 'cancelled'), step.cancelled))
  if (!endsInSilence(why)) return givingUp(go(saying(plain, 'unavailable'), step.failed))
  const heard =
    dialogue.mode.is === 'collecting' && dialogue.mode.field !== null && why !== 'first-digit-timeout'
  return another(saying(plain, heard ? 'silence.unfinished' : 'silence'), step, go)
}

/** Once more from the first field, as often as there are attempts. */
function another(dialogue: Dialogue, step: StepOf<'card'>, go: Go): Turn {
  const rounds = dialogue.facts.rounds + 1
  if (rounds >= dialogue.flow.attempts) return givingUp(go(saying(dialogue, 'attempts.over'), step.failed))
  return collect(withFacts(dialogue, { rounds }), step, go)
}

export function givingUp({ dialogue, effects }: Turn): Turn {
  return { dialogue, effects: [{ do: 'give-up' }, ...effects] }
}
