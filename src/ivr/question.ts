import {
  type Answer,
  type Dialogue,
  type DialogueEvent,
  type Mode,
  play,
  type Question,
  saying,
  type Turn,
} from './dialogue.ts'

type Asking = Extract<Mode, { is: 'asking' }>

/** What an event makes of a question: it goes on, or it is answered. */
export type Asked = { readonly turn: Turn } | { readonly answer: Answer; readonly dialogue: Dialogue }

const everyKey = '0123456789*#'

/** Asks, with what is pending said before; keys count from the first word on. */
export function ask(
  dialogue: Dialogue,
  question: Question,
  { errors = 0, starred = false }: { readonly errors?: number; readonly starred?: boolean } = {},
): Turn {
  const said = play(dialogue, question.audio, { bargeIn: true })
  const mode: Asking = { is: 'asking', question, keyed: '', starred, errors }
  const keys = question.of === 'choice' ? `${question.keys}*` : everyKey
  return {
    dialogue: { ...said.dialogue, mode },
    effects: [{ do: 'stop-waiting' }, { do: 'take-keys', keys }, ...said.effects],
  }
}

/** Silence is measured from the end of the words, or from the last key. */
export function listen(dialogue: Dialogue, mode: Asking, event: DialogueEvent): Asked | undefined {
  const { answerSeconds, betweenKeysSeconds } = dialogue.flow
  switch (event.type) {
    case 'played': {
      const seconds = mode.keyed === '' ? answerSeconds : betweenKeysSeconds
      return { turn: { dialogue, effects: [{ do: 'wait', ms: seconds * 1_000 }] } }
    }
    case 'key':
      return event.key === '*' ? star(dialogue, mode) : key(dialogue, mode, event.key)
    case 'time-out':
      if (mode.question.of === 'number' && mode.keyed.length >= mode.question.min)
        return number(dialogue, mode)
      return again(dialogue, mode, mode.keyed === '' ? 'silence' : 'silence.unfinished')
    default:
      return undefined
  }
}

/** The same question once more, and why; or no more when the attempts are used up. */
export function again(dialogue: Dialogue, mode: Asking, ...why: readonly string[]): Asked {
  const errors = mode.errors + 1
  const { attempts } = dialogue.flow
  if (errors >= attempts) return { answer: { is: 'failed' }, dialogue }
  const last = errors === attempts - 1 ? ['fault.last'] : []
  return { turn: ask(saying(dialogue, ...why, ...last), mode.question, { errors }) }
}

/** One star empties, or says the question again; two cancel, as everywhere. */
function star(dialogue: Dialogue, mode: Asking): Asked {
  if (mode.starred) return { answer: { is: 'cancelled' }, dialogue }
  return { turn: ask(dialogue, mode.question, { errors: mode.errors, starred: true }) }
}

function key(dialogue: Dialogue, mode: Asking, pressed: string): Asked {
  const { question } = mode
  if (question.of === 'choice') {
    if (question.keys.includes(pressed)) return { answer: { is: 'key', key: pressed }, dialogue }
    return again(dialogue, mode, 'wrong-key')
  }
  if (pressed === '#') return number(dialogue, mode)
  if (pressed < '0' || pressed > '9') return again(dialogue, mode, 'wrong-key')
  const next: Asking = { ...mode, keyed: mode.keyed + pressed, starred: false }
  if (next.keyed.length >= question.max) return number(dialogue, next)
  return {
    turn: {
      dialogue: { ...dialogue, mode: next },
      effects: [{ do: 'wait', ms: dialogue.flow.betweenKeysSeconds * 1_000 }],
    },
  }
}

function number(dialogue: Dialogue, mode: Asking): Asked {
  const { question, keyed } = mode
  if (question.of === 'number' && keyed.length < question.min) {
    return again(dialogue, mode, keyed === '' ? 'silence' : 'reference.length')
  }
  return { answer: { is: 'number', digits: keyed }, dialogue }
}
