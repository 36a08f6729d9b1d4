import type { Locale } from '../../contracts/prompts.ts'

/** Grammatical number of what is counted; `few` is Polish 2–4. */
export type Plural = 'one' | 'few' | 'many'
/** Some languages count pounds otherwise than euros. `plain`: counting nothing. */
export type Gender = 'plain' | 'masculine' | 'feminine' | 'neuter'

/** A day of the calendar. `month` is 1 to 12. */
export type Day = { readonly day: number; readonly month: number; readonly year: number }

/** The words for one unit of money, by grammatical number; `few` unless told is `many`. */
export type Noun = {
  readonly one: string
  readonly few?: string
  readonly many: string
  readonly gender?: Gender
}
export type CurrencyWords = { readonly major: Noun; readonly minor?: Noun }

/** Currencies that can be spoken in every locale. */
export const spokenCurrencies = ['GBP', 'EUR', 'USD', 'CHF', 'PLN', 'JPY'] as const
export type SpokenCurrency = (typeof spokenCurrencies)[number]

/**
 * How one language says things, as ids of its prompts. Pure. Each id that a rule can give stands in `vocabulary` with its
 * text: what the prompts are made from.
 */
export type Language = {
  readonly locale: Locale
  /** 0 to 999,999; for counting what has this gender. */
  readonly number: (value: number, gender?: Gender) => readonly string[]
  readonly plural: (value: number) => Plural
  readonly date: (day: Day) => readonly string[]
  /** Genders whose numbers differ from the plain ones, for units of money. */
  readonly currencies: Readonly<Record<SpokenCurrency, CurrencyWords>>
  /** Between pounds and pence; empty where nothing is said. */
  readonly and: string
  readonly vocabulary: Readonly<Record<string, string>>
}

/** `0 … 99` as prompts of their own: the rhythm of a number is in one breath. */
export function upToNinetyNine(word: (value: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 100 }, (_, value) => [`n.${value}`, word(value)]))
}

export function months(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [`month.${index + 1}`, name]))
}

/** `ord.1 … ord.31` */
export function ordinals(word: (day: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`ord.${index + 1}`, word(index + 1)]))
}

export function currencyWords(
  currencies: Language['currencies'],
  plurals: readonly Plural[],
): Record<string, string> {
  const words: Record<string, string> = {}
  for (const [code, { major, minor }] of Object.entries(currencies)) {
    for (const [unit, noun] of [['major', major] as const, ['minor', minor] as const])
      for (const plural of plurals)
        if (noun) words[`${unit}.${code.toLowerCase()}.${plural}`] = noun[plural] ?? noun.many
  }
  return words
}

export const oneOrMany = (value: number): Plural => (value === 1 ? 'one' : 'many')
