import { exponentOf } from '../../base/money.ts'
import type { PromptRef } from '../../contracts/prompts.ts'
import { currencyOf, type Dialogue, noFacts, saying, type Turn, withFacts } from '../dialogue.ts'
import type { RecordLookup, StepOf } from '../flow-steps.ts'
import { ask } from '../question.ts'
import { say, speakDate, speakMoney } from '../speech/speak.ts'
import type { StepKind } from '../step-kind.ts'

/** Nine digits, as amounts have at most. */
const amountDigits = 9

/**
 * The account or invoice that is paid. A payment that was begun before on this call is done with: a card that was kept for an
 * agent who did not come is gone, or it would stand in the way of the next one.
 */
export const identify: StepKind<'identify'> = {
  enter(dialogue, step) {
    const fresh = { ...dialogue, facts: noFacts }
    const { lookup } = step
    const isByCaller = lookup !== null && typeof lookup !== 'string' && lookup.by === 'caller'
    const { dialogue: next, effects } = isByCaller ? lookUp(fresh, lookup, null) : askReference(fresh, step)
    return { dialogue: next, effects: [{ do: 'give-up' }, { do: 'new-payment' }, ...effects] }
  },
  answered(dialogue, step, { answer, go }) {
    if (answer.is === 'cancelled') return go(dialogue, dialogue.flow.cancelled)
    if (answer.is !== 'number') return go(saying(dialogue, 'attempts.over'), step.failed)
    const reference = answer.digits
    if (step.lookup === null) {
      const bill = { reference, amountMinor: null, dueOn: null }
      return go(withFacts(dialogue, { bill }), step.next)
    }
    return lookUp(dialogue, step.lookup, reference)
  },
  on(dialogue, step, { event, go }) {
    const { mode } = dialogue
    if (event.type !== 'looked-up' || mode.is !== 'looking-up') return undefined
    const { bill } = event
    if (bill === 'away') return go(saying(dialogue, 'unavailable'), step.failed)
    if (bill !== null && bill !== 'several')
      return go(withFacts(dialogue, { bill, amountMinor: bill.amountMinor }), step.next)
    // Who calls is not known here, or is not one alone: a number tells.
    if (!mode.keyed) return askReference(dialogue, step)
    if (bill === 'several') return go(saying(dialogue, 'reference.several'), step.several ?? step.failed)
    const misses = dialogue.facts.misses + 1
    const unknown = saying(withFacts(dialogue, { misses }), 'reference.unknown')
    if (misses < dialogue.flow.attempts) return askReference(unknown, step)
    return go(saying(unknown, 'attempts.over'), step.failed)
  },
}

function lookUp(dialogue: Dialogue, lookup: string | RecordLookup, reference: string | null): Turn {
  return {
    dialogue: { ...dialogue, mode: { is: 'looking-up', keyed: reference !== null } },
    effects: [{ do: 'stop-waiting' }, { do: 'drop-keys' }, { do: 'look-up', lookup, reference }],
  }
}

function askReference(dialogue: Dialogue, { digits }: StepOf<'identify'>): Turn {
  const audio = [say(dialogue.locale, 'reference.ask')]
  return ask(dialogue, { name: 'reference', of: 'number', ...digits, audio })
}

/** What is due is said, and accepted or changed. */
export const amount: StepKind<'amount'> = {
  enter(dialogue, step, go) {
    if (dialogue.facts.amountMinor !== null) return askToAccept(dialogue, step)
    return step.change ? askAmount(dialogue) : go(saying(dialogue, 'attempts.over'), step.failed)
  },
  answered(dialogue, step, { question, answer, go }) {
    if (answer.is === 'cancelled') return go(dialogue, dialogue.flow.cancelled)
    if (answer.is === 'failed') return go(saying(dialogue, 'attempts.over'), step.failed)
    if (question.name === 'accept' && answer.is === 'key') {
      return answer.key === '1' ? go(dialogue, step.next) : askAmount(dialogue)
    }
    const keyed = answer.is === 'number' ? Number(answer.digits) : 0
    const { change } = step
    if (change && keyed >= change.minMinor && keyed <= change.maxMinor) {
      return askToAccept(withFacts(dialogue, { amountMinor: keyed }), step)
    }
    const misses = dialogue.facts.misses + 1
    const refused = saying(withFacts(dialogue, { misses }), 'amount.range')
    return misses < dialogue.flow.attempts
      ? askAmount(refused)
      : go(saying(refused, 'attempts.over'), step.failed)
  },
}

function askToAccept(dialogue: Dialogue, step: StepOf<'amount'>): Turn {
  const { locale } = dialogue
  const accept = step.change ? 'amount.accept' : 'amount.accept.only'
  const audio = [say(locale, 'amount.is'), ...spokenAmount(dialogue), 'pause/200', say(locale, accept)]
  return ask(dialogue, { name: 'accept', of: 'choice', keys: step.change ? '12' : '1', audio })
}

/** The day is said with the amount that is due, not with one of the caller's. */
function spokenAmount(dialogue: Dialogue): PromptRef[] {
  const { locale, facts } = dialogue
  const money = speakMoney(locale, { amountMinor: facts.amountMinor ?? 0, currency: currencyOf(dialogue) })
  const { bill } = facts
  if (!bill?.dueOn || bill.amountMinor !== facts.amountMinor) return money
  const [year, month, day] = bill.dueOn.split('-').map(Number) as [number, number, number]
  return [...money, say(locale, 'amount.due'), ...speakDate(locale, { day, month, year })]
}

function askAmount(dialogue: Dialogue): Turn {
  const exponent = exponentOf(currencyOf(dialogue))
  const audio = [say(dialogue.locale, exponent === 0 ? 'amount.ask.0' : 'amount.ask.2')]
  return ask(dialogue, { name: 'amount', of: 'number', min: 1, max: amountDigits, audio })
}
