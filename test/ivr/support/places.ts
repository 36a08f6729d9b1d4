import { demoCard } from '../../../src/demo/demo-cards.ts'

const { pan } = demoCard('visa', Date.now())

/** Where a caller can be in config/flows/payment-line.yaml when they hang up. */
export type Place = {
  readonly at: string
  /** Everything before this prompt is answered as one who pays; this one is heard, */
  readonly prompt: string
  /** and answered by these keys, if any. */
  readonly keys?: string
  /** Heard after those. */
  readonly led?: string
  /** A yes was heard to the card: what was sent to the bank is waited for. `perhaps`: the caller was as quick as their yes. */
  readonly paid?: true | 'perhaps'
}

/** Every step, in the order of the call, and what lies between two of them. */
export const places: readonly Place[] = [
  { at: 'the greeting', prompt: 'greeting' },
  { at: 'the choice of a language', prompt: 'language.this' },
  { at: 'the question for the invoice', prompt: 'reference.ask' },
  { at: 'half of the invoice', prompt: 'reference.ask', keys: '20' },
  { at: 'the look-up', prompt: 'reference.ask', keys: '1001#' },
  { at: 'the help after two stars', prompt: 'reference.ask', keys: '**', led: 'agent.ask' },
  { at: 'the amount', prompt: 'amount.is' },
  { at: 'another amount', prompt: 'amount.is', keys: '2', led: 'amount.ask.2' },
  { at: 'the opening of the card', prompt: 'amount.is', keys: '1' },
  { at: 'the words before the card', prompt: 'card.begin' },
  { at: 'half of the card number', prompt: 'card.begin', keys: pan.slice(0, 8) },
  { at: 'the end of the card number', prompt: 'card.begin', keys: pan },
  { at: 'a card number that is not right', prompt: 'card.begin', keys: '4242#', led: 'fault.too-short' },
  { at: 'the date', prompt: 'expiry.ask' },
  { at: 'the security code', prompt: 'csc.ask', keys: '1' },
  { at: 'the last four digits', prompt: 'card.ending' },
  { at: 'a card that is keyed again', prompt: 'card.ending', keys: '2', led: 'pan.ask' },
  { at: 'two stars to the card', prompt: 'card.ending', keys: '**', led: 'cancelled' },
  { at: 'the words before an agent', prompt: 'card.ending', keys: '0', led: 'transfer' },
  { at: 'the yes', prompt: 'card.ending', keys: '1', paid: 'perhaps' },
  { at: 'the bank', prompt: 'authorising', paid: true },
  { at: 'the outcome', prompt: 'approved', paid: true },
  { at: 'the confirmation number', prompt: 'confirmation.is', paid: true },
  { at: 'the receipt', prompt: 'receipt.ask', paid: true },
  { at: 'the receipt that is sent', prompt: 'receipt.ask', keys: '1', paid: true },
  { at: 'the choice of another payment', prompt: 'another.ask', paid: true },
  { at: 'good-bye', prompt: 'another.ask', keys: '2', led: 'goodbye', paid: true },
]
