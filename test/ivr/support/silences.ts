import { demoCard } from '../../../src/demo/demo-cards.ts'
import type { Reply } from './payment-line.ts'

const { pan } = demoCard('visa', Date.now())

/** One caller of config/flows/payment-line.yaml who says nothing, or not all, or the wrong thing. */
export type Silence = {
  readonly at: string
  /** Everything before this prompt is answered as one who pays. */
  readonly prompt: string
  /** How it is answered, time after time; nothing: not at all. */
  readonly replies?: readonly Reply[]
  /** What is heard from that prompt on: all of it, of the prompts that are named here or in another silence. */
  readonly hears: readonly string[]
  readonly paid?: true
}

const thrice = (ask: string, why = 'silence'): string[] => [ask, why, ask, why, 'fault.last', ask]
const given = (ask: string, keys: string, times: number): Reply[] =>
  Array.from({ length: times }, () => [ask, keys])

/** By question and field, by kind of fault, by attempt: the third is the last. */
export const silences: readonly Silence[] = [
  {
    at: 'the choice of a language',
    prompt: 'language.this',
    hears: [...thrice('language.this'), 'reference.ask'],
  },
  {
    at: 'the invoice',
    prompt: 'reference.ask',
    hears: [...thrice('reference.ask'), 'attempts.over', 'another.ask'],
  },
  {
    at: 'the invoice, in the middle',
    prompt: 'reference.ask',
    replies: given('reference.ask', '20', 3),
    hears: [...thrice('reference.ask', 'silence.unfinished'), 'attempts.over', 'another.ask'],
  },
  {
    at: 'the end of the invoice, which is an answer',
    prompt: 'reference.ask',
    replies: given('reference.ask', '2200', 1),
    hears: ['reference.ask', 'amount.is'],
  },
  { at: 'the amount', prompt: 'amount.is', hears: [...thrice('amount.is'), 'attempts.over', 'another.ask'] },
  {
    at: 'the end of another amount, which is an answer',
    prompt: 'amount.is',
    replies: [...given('amount.is', '2', 1), ...given('amount.ask.2', '1050', 1)],
    hears: ['amount.is', 'amount.ask.2', 'amount.is'],
  },
  {
    at: 'the card number',
    prompt: 'pan.ask',
    hears: [
      ...['pan.ask', 'silence'],
      ...['pan.ask', 'silence'],
      ...['pan.ask', 'silence', 'attempts.over', 'another.ask'],
    ],
  },
  {
    at: 'the card number, in the middle',
    prompt: 'pan.ask',
    replies: given('pan.ask', pan.slice(0, 4), 2),
    hears: ['pan.ask', 'silence.unfinished', 'pan.ask', 'silence.unfinished', 'pan.ask'],
  },
  {
    at: 'the card number, wrong each time',
    prompt: 'pan.ask',
    replies: [...given('pan.ask', '4242424242424241#', 3)],
    hears: [...thrice('pan.ask', 'fault.luhn'), 'fault.luhn', 'attempts.over', 'another.ask'],
  },
  { at: 'the date', prompt: 'expiry.ask', hears: ['expiry.ask', 'silence', 'pan.ask'] },
  {
    at: 'the security code, in the middle',
    prompt: 'csc.ask',
    replies: given('csc.ask', '1', 1),
    hears: ['csc.ask', 'silence.unfinished', 'pan.ask'],
  },
  {
    at: 'the last four digits',
    prompt: 'card.ending',
    hears: [...thrice('card.ending'), 'attempts.over', 'another.ask'],
  },
  {
    at: 'the confirmation number',
    prompt: 'confirmation.is',
    hears: [...thrice('confirmation.is'), 'receipt.ask'],
    paid: true,
  },
  { at: 'the receipt', prompt: 'receipt.ask', hears: [...thrice('receipt.ask'), 'another.ask'], paid: true },
  {
    at: 'the choice of another payment',
    prompt: 'another.ask',
    hears: [...thrice('another.ask'), 'attempts.over', 'goodbye'],
    paid: true,
  },
]

/** Everything that is named anywhere: what else is heard is said of amounts and digits. */
export const named: ReadonlySet<string> = new Set(
  silences.flatMap(({ hears }) => hears).map((id) => `en-GB/${id}`),
)
