import { type Dialogue, type DialogueEvent, noFacts, saying, stay, type Turn } from './dialogue.ts'
import type { Flow } from './flow.ts'
import type { Step } from './flow-steps.ts'
import { listen } from './question.ts'
import type { StepKind } from './step-kind.ts'
import { amount, identify } from './steps/bill.ts'
import { card } from './steps/card.ts'
import { confirmation, pay, payLink, receipt } from './steps/pay.ts'
import { storedCard } from './steps/stored-card.ts'
import { end, hangUpAfter, language, menu, say } from './steps/talk.ts'
import { transfer } from './steps/transfer.ts'

const kinds: { readonly [D in Step['do']]: StepKind<D> } = {
  say,
  language,
  menu,
  identify,
  amount,
  card,
  'stored-card': storedCard,
  pay,
  confirmation,
  receipt,
  'pay-link': payLink,
  transfer,
  end,
}

/**
 * The dialogue with a caller who has no agent. Pure: no clock, no socket, and of a card the last four digits only.
 *
 *   began ─▶ step ─▶ step ─▶ … ─▶ end (hang up) | transfer (an agent joins)
 *
 * A step asks (keys, silence, `*`, `**`), collects a card, waits for the bank, or only says something. What is only said is
 * kept until something is asked, so that a caller who knows the way may key over all of it. Whatever fails leads to the step
 * that the flow names for it, and a question is asked no more often than the flow allows: every way has an end.
 */
export function begin(
  flow: Flow,
  start: string = flow.start,
  words: (dialogue: Dialogue) => Dialogue = (dialogue) => dialogue,
): Turn {
  const dialogue: Dialogue = {
    ...{ flow, step: start, locale: flow.locales[0]!, pending: [], facts: noFacts },
    mode: { is: 'over' },
  }
  return go(words(dialogue), start)
}

export function step(dialogue: Dialogue, event: DialogueEvent): Turn {
  const { mode, flow } = dialogue
  if (mode.is === 'over') return stay(dialogue)
  if (event.type === 'call-over') return over(dialogue)
  if (event.type === 'agent-joined') return handedOver(dialogue)
  if (event.type === 'too-long' && mode.is !== 'leaving') return tooLong(dialogue)
  if (mode.is === 'leaving') {
    if (event.type !== 'played') return stay(dialogue)
    return { dialogue: { ...dialogue, mode: { is: 'over' } }, effects: [{ do: 'hang-up' }] }
  }
  const current = flow.steps[dialogue.step]!
  const kind = kinds[current.do] as StepKind<Step['do']>
  if (mode.is === 'asking') {
    const asked = listen(dialogue, mode, event)
    if (asked && 'turn' in asked) return asked.turn
    if (asked) {
      const { answer, dialogue: after } = asked
      return kind.answered?.(after, current, { question: mode.question, answer, go }) ?? stay(after)
    }
  }
  return kind.on?.(dialogue, current, { event, go }) ?? stay(dialogue)
}

function go(dialogue: Dialogue, name: string): Turn {
  const next = dialogue.flow.steps[name]!
  const kind = kinds[next.do] as StepKind<Step['do']>
  return kind.enter({ ...dialogue, step: name }, next, go)
}

/** The caller is gone: what was not sent to the bank yet never will be. */
function over(dialogue: Dialogue): Turn {
  return {
    dialogue: { ...dialogue, mode: { is: 'over' }, pending: [] },
    effects: [{ do: 'stop-waiting' }, { do: 'give-up' }],
  }
}

/**
 * An agent is on the line, at whatever moment: one who was called before a restart of ours, or who comes after we gave
 * them up. Nothing more is said or asked, and what is being paid goes on before their eyes.
 */
function handedOver(dialogue: Dialogue): Turn {
  return {
    dialogue: { ...dialogue, mode: { is: 'over' }, pending: [] },
    effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, { do: 'hush' }],
  }
}

/** A payment under way is waited for; everything else ends here. */
function tooLong(dialogue: Dialogue): Turn {
  if (dialogue.mode.is === 'paying') return stay(dialogue)
  const { dialogue: left, effects } = hangUpAfter(saying({ ...dialogue, pending: [] }, 'attempts.over'))
  return { dialogue: left, effects: [{ do: 'give-up' }, ...effects] }
}
