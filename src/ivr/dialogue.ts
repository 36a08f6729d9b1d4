import type { CardBrand, CardField, FieldFault } from '../contracts/card.ts'
import type { Locale, PromptRef } from '../contracts/prompts.ts'
import type { Bill } from './bill.ts'
import type { Flow } from './flow.ts'
import type { RecordLookup } from './flow-steps.ts'
import type { SpokenCurrency } from './speech/language.ts'

/** What one payment of the call has come to. No digit of a card but the last four. */
export type Facts = {
  readonly bill: Bill | null
  readonly amountMinor: number | null
  /** The card that is kept for this customer, once it was found: its id, and what is said of it. */
  readonly kept: KeptCard | null
  /** The bank has been asked already: a kept card needs nothing of the caller. */
  readonly charged: boolean
  /** Keyed references that nobody knew. */
  readonly misses: number
  /** Cards that the bank declined. */
  readonly declines: number
  /** Cards that were begun again: by choice, or after silence. */
  readonly rounds: number
  /** What the caller can name the payment by: eight digits. */
  readonly confirmation: string | null
}

export type KeptCard = { readonly cardId: string; readonly last4: string }

/** A question that keys answer. `name` tells the step which of its questions it was. */
export type Question = {
  readonly name: string
  readonly audio: readonly PromptRef[]
} & (
  | { readonly of: 'choice'; readonly keys: string }
  | { readonly of: 'number'; readonly min: number; readonly max: number }
)

export type Answer =
  | { readonly is: 'key'; readonly key: string }
  | { readonly is: 'number'; readonly digits: string }
  /** Two stars. */
  | { readonly is: 'cancelled' }
  /** Too many errors, or nothing at all. */
  | { readonly is: 'failed' }

export type Errors = { readonly [F in CardField]?: number }

export type Mode =
  | {
      readonly is: 'asking'
      readonly question: Question
      /** Keyed so far, of a number. */
      readonly keyed: string
      readonly starred: boolean
      readonly errors: number
    }
  /** `keyed`: a number of the caller's; else who they are, by the number that they call from. */
  | { readonly is: 'looking-up'; readonly keyed: boolean }
  | { readonly is: 'collecting'; readonly errors: Errors; readonly field: CardField | null }
  /** `outcome` waits for what is being said. */
  | { readonly is: 'paying'; readonly talking: boolean; readonly outcome: Outcome | null }
  | { readonly is: 'ordering' }
  | { readonly is: 'transferring'; readonly stage: 'talking' | 'ringing' }
  | { readonly is: 'leaving' }
  | { readonly is: 'over' }

export type Outcome =
  | { readonly is: 'approved'; readonly confirmation: string }
  | { readonly is: 'declined'; readonly otherCard: boolean }
  | { readonly is: 'unknown' }

export type Dialogue = {
  readonly flow: Flow
  readonly step: string
  readonly mode: Mode
  readonly locale: Locale
  /** Said before whatever is said next. */
  readonly pending: readonly PromptRef[]
  readonly facts: Facts
}

export type DialogueEvent =
  | { readonly type: 'began' }
  /** What was played last has ended. */
  | { readonly type: 'played' }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'time-out' }
  /** Null: nobody knows it. `several`: it is not one's alone. `away`: nobody could be asked. */
  | { readonly type: 'looked-up'; readonly bill: Bill | null | 'several' | 'away' }
  | { readonly type: 'kept-card'; readonly card: KeptCard | null }
  /** The bank is being asked, with a card that nobody keyed. */
  | { readonly type: 'charging' }
  | { readonly type: 'field-asked'; readonly field: CardField; readonly brand: CardBrand | null }
  | { readonly type: 'field-rejected'; readonly field: CardField; readonly fault: FieldFault }
  | { readonly type: 'collected'; readonly last4: string }
  /** The collection is over without a card: a `CollectionEnd`, or another of control's reasons. */
  | { readonly type: 'card-ended'; readonly why: string }
  | { readonly type: 'paid'; readonly outcome: Outcome }
  | { readonly type: 'done'; readonly ok: boolean }
  | { readonly type: 'agent-joined' }
  | { readonly type: 'agent-missed' }
  | { readonly type: 'too-long' }
  | { readonly type: 'call-over' }

export type DialogueEffect =
  | { readonly do: 'play'; readonly audio: readonly PromptRef[]; readonly bargeIn: boolean }
  | { readonly do: 'take-keys'; readonly keys: string }
  | { readonly do: 'drop-keys' }
  /** What is being said ends in the middle. */
  | { readonly do: 'hush' }
  /** A `time-out` comes after so long, unless something else is waited for before. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stop-waiting' }
  /** `reference` null: by the number that calls. */
  | { readonly do: 'look-up'; readonly lookup: string | RecordLookup; readonly reference: string | null }
  /** Which card is kept for this customer, if any. */
  | { readonly do: 'find-card'; readonly customer: string }
  /** Pays with it, as `collect` does with one that is keyed; only its security code may be asked for. */
  | {
      readonly do: 'use-card'
      readonly order: PaymentWish
      readonly cardId: string
      readonly csc: 'as-configured' | 'ask'
    }
  /** Opens the payment if there is none yet, and asks for its card. */
  | { readonly do: 'collect'; readonly order: PaymentWish }
  /** The card that was keyed is charged. */
  | { readonly do: 'pay' }
  /** What was keyed is gone, and the payment is cancelled unless money may have moved. */
  | { readonly do: 'give-up' }
  /** The next payment is another one. */
  | { readonly do: 'new-payment' }
  | { readonly do: 'receipt'; readonly locale: Locale }
  | { readonly do: 'send-link'; readonly order: PaymentWish; readonly locale: Locale }
  | { readonly do: 'transfer'; readonly to: string; readonly card: 'keep' | 'discard' }
  | { readonly do: 'hang-up' }

/** What is to be paid, as the dialogue found out. */
export type PaymentWish = {
  readonly amountMinor: number
  readonly currency: SpokenCurrency
  readonly reference: string
  readonly customer?: string
  readonly description?: string
  readonly metadata?: Readonly<Record<string, string>>
}

export type Turn = { readonly dialogue: Dialogue; readonly effects: readonly DialogueEffect[] }

export const noFacts: Facts = {
  bill: null,
  amountMinor: null,
  kept: null,
  charged: false,
  misses: 0,
  declines: 0,
  rounds: 0,
  confirmation: null,
}

export function stay(dialogue: Dialogue): Turn {
  return { dialogue, effects: [] }
}

/** More is said before what is said next. */
export function saying(dialogue: Dialogue, ...ids: readonly string[]): Dialogue {
  return { ...dialogue, pending: [...dialogue.pending, ...ids.map((id) => `${dialogue.locale}/${id}`)] }
}

export function withFacts(dialogue: Dialogue, facts: Partial<Facts>): Dialogue {
  return { ...dialogue, facts: { ...dialogue.facts, ...facts } }
}

/** Says what is pending, and this. */
export function play(
  dialogue: Dialogue,
  audio: readonly PromptRef[],
  { bargeIn }: { readonly bargeIn: boolean },
): Turn {
  const all = [...dialogue.pending, ...audio]
  return {
    dialogue: { ...dialogue, pending: [] },
    effects: all.length === 0 ? [] : [{ do: 'play', audio: all, bargeIn }],
  }
}

export function currencyOf({ flow, facts }: Dialogue): SpokenCurrency {
  return facts.bill?.currency ?? flow.currency
}

/** Undefined as long as amount or reference are not known. */
export function wishOf(dialogue: Dialogue): PaymentWish | undefined {
  const { bill, amountMinor } = dialogue.facts
  if (!bill || amountMinor === null) return undefined
  const { reference, customer, description, metadata } = bill
  return {
    ...{ amountMinor, currency: currencyOf(dialogue), reference },
    ...(customer === undefined ? {} : { customer }),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}
