import { exponentOf, type Money } from '../../base/money.ts'
import type { Locale, PromptRef } from '../../contracts/prompts.ts'
import { type Day, type Language, type SpokenCurrency, spokenCurrencies } from './language.ts'
import { dutch } from './languages/dutch.ts'
import { american, british } from './languages/english.ts'
import { french } from './languages/french.ts'
import { german } from './languages/german.ts'
import { italian } from './languages/italian.ts'
import { polish } from './languages/polish.ts'
import { spanish } from './languages/spanish.ts'

const languages: Readonly<Record<Locale, Language>> = {
  'en-GB': british,
  'en-US': american,
  'es-ES': spanish,
  'fr-FR': french,
  'de-DE': german,
  'it-IT': italian,
  'nl-NL': dutch,
  'pl-PL': polish,
}

/** Between two groups of digits, in ms. */
const groupPauseMs = 300
/** Above this a number is said digit by digit. */
const largest = 999_999

export function languageOf(locale: Locale): Language {
  return languages[locale]
}

/** Whether amounts of this currency can be said; those of others are refused where flows are read. */
export function isSpoken(currency: string): currency is SpokenCurrency {
  return (spokenCurrencies as readonly string[]).includes(currency)
}

/** A prompt that is not made of rules. */
export function say(locale: Locale, id: string): PromptRef {
  return `${locale}/${id}`
}

/** `48213377` in groups, with a pause in between. Whatever is no digit is left out. */
export function speakDigits(locale: Locale, text: string, group = 4): PromptRef[] {
  const digits = [...text].filter((char) => char >= '0' && char <= '9')
  return digits.flatMap((digit, index) => [
    ...(index > 0 && index % group === 0 ? [`pause/${groupPauseMs}`] : []),
    `${locale}/n.${digit}`,
  ])
}

export function speakNumber(locale: Locale, value: number): PromptRef[] {
  if (value > largest) return speakDigits(locale, String(value), 3)
  return languageOf(locale)
    .number(value)
    .map((id) => say(locale, id))
}

/** "Twelve pounds and fifty pence". Parts that are nothing are left out; nothing at all is "zero pounds". */
export function speakMoney(locale: Locale, { amountMinor, currency }: Money): PromptRef[] {
  const language = languageOf(locale)
  if (!isSpoken(currency)) throw new Error(`no words for ${currency}`)
  const code = currency.toLowerCase()
  const words = language.currencies[currency]
  const scale = 10 ** exponentOf(currency)
  const [major, minor] = [Math.floor(amountMinor / scale), amountMinor % scale]
  const part = (unit: 'major' | 'minor', value: number): PromptRef[] => {
    const noun = words[unit]
    const number =
      value > largest
        ? speakDigits(locale, String(value), 3)
        : language.number(value, noun?.gender).map((id) => say(locale, id))
    return [...number, say(locale, `${unit}.${code}.${language.plural(value)}`)]
  }
  if (minor === 0) return part('major', major)
  if (major === 0) return part('minor', minor)
  return [...part('major', major), say(locale, language.and), ...part('minor', minor)]
}

/** A day, such as when a bill is due. */
export function speakDate(locale: Locale, day: Day): PromptRef[] {
  return languageOf(locale)
    .date(day)
    .map((id) => say(locale, id))
}
