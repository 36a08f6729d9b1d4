import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Locale, Locale as Locales, PromptManifest } from '../../../src/contracts/prompts.ts'
import { spokenCurrencies } from '../../../src/ivr/speech/language.ts'
import { languageOf, speakDate, speakDigits, speakMoney, speakNumber } from '../../../src/ivr/speech/speak.ts'

const media = path.resolve(import.meta.dirname, '..', '..', '..', 'media', 'prompts')

const texts = Object.fromEntries(
  Locales.options.map((locale) => {
    const file = path.join(media, locale, 'manifest.json')
    const { prompts } = PromptManifest.parse(JSON.parse(readFileSync(file, 'utf8')))
    return [locale, new Map(prompts.map(({ id, text }) => [`${locale}/${id}`, text]))]
  }),
) as unknown as Readonly<Record<Locale, ReadonlyMap<string, string>>>

/** What is heard, read from the manifest; a missing prompt shows as its id. */
const heard = (locale: Locale, refs: readonly string[]) =>
  refs.map((ref) => (ref.startsWith('pause/') ? ',' : (texts[locale].get(ref) ?? `[${ref}]`))).join(' ')

const pounds = (amountMinor: number) => ({ amountMinor, currency: 'GBP' })
const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const zloty = (amountMinor: number) => ({ amountMinor, currency: 'PLN' })

describe('an amount is said as people say it', () => {
  it.each<[Locale, { amountMinor: number; currency: string }, string]>([
    ['en-GB', pounds(1_250), 'twelve pounds and fifty pence'],
    ['en-GB', pounds(101), 'one pound and one penny'],
    ['en-GB', pounds(10_500), 'one hundred and five pounds'],
    ['en-GB', pounds(123_405), 'one thousand two hundred and thirty-four pounds and five pence'],
    ['en-GB', pounds(100_100), 'one thousand and one pounds'],
    ['en-GB', pounds(99), 'ninety-nine pence'],
    [
      'en-US',
      { amountMinor: 123_405, currency: 'USD' },
      'one thousand two hundred thirty-four dollars and five cents',
    ],
    ['es-ES', euros(2_121), 'veintiún euros con veintiún céntimos'],
    ['es-ES', pounds(20_100), 'doscientas una libras'],
    ['es-ES', pounds(100), 'una libra'],
    ['es-ES', euros(10_000), 'cien euros'],
    ['es-ES', euros(3_100_150), 'treinta y un mil un euros con cincuenta céntimos'],
    ['es-ES', pounds(20_000_000), 'doscientas mil libras'],
    ['fr-FR', pounds(2_100), 'vingt et une livres'],
    ['fr-FR', euros(8_000), 'quatre-vingts euros'],
    ['fr-FR', euros(7_171), 'soixante et onze euros et soixante et onze centimes'],
    ['fr-FR', euros(150), 'un euro et cinquante centimes'],
    ['fr-FR', euros(120_099), 'mille deux cent euros et quatre-vingt-dix-neuf centimes'],
    ['de-DE', euros(2_101), 'einundzwanzig Euro und ein Cent'],
    ['de-DE', euros(10_100), 'einhundert ein Euro'],
    ['de-DE', pounds(2_100_000), 'einundzwanzig tausend Pfund'],
    ['it-IT', euros(2_801), 'ventotto euro e un centesimo'],
    ['it-IT', pounds(100), 'una sterlina'],
    ['it-IT', euros(210_000), 'due mila cento euro'],
    ['nl-NL', euros(2_250), 'tweeëntwintig euro en vijftig cent'],
    ['nl-NL', euros(110_000), 'duizend honderd euro'],
    ['pl-PL', zloty(100), 'jeden złoty'],
    ['pl-PL', zloty(203), 'dwa złote i trzy grosze'],
    ['pl-PL', zloty(1_205), 'dwanaście złotych i pięć groszy'],
    ['pl-PL', zloty(2_222), 'dwadzieścia dwa złote i dwadzieścia dwa grosze'],
    ['pl-PL', zloty(11_200), 'sto dwanaście złotych'],
    ['pl-PL', euros(100), 'jedno euro'],
    ['pl-PL', zloty(200_000), 'dwa tysiące złotych'],
    ['en-GB', { amountMinor: 500, currency: 'JPY' }, 'five hundred yen'],
  ])('%s: %o', (locale, money, words) => {
    expect(heard(locale, speakMoney(locale, money))).toBe(words)
  })
})

describe('a day is said as people say it', () => {
  it.each<[Locale, string]>([
    ['en-GB', 'the third of March twenty twenty-seven'],
    ['en-US', 'March third twenty twenty-seven'],
    ['es-ES', 'tres de marzo de dos mil veintisiete'],
    ['fr-FR', 'le trois mars deux mille vingt-sept'],
    ['de-DE', 'dritten März zwei tausend siebenundzwanzig'],
    ['it-IT', 'tre marzo due mila ventisette'],
    ['nl-NL', 'drie maart twee duizend zevenentwintig'],
    ['pl-PL', 'trzeciego marca dwa tysiące dwudziestego siódmego roku'],
  ])('%s', (locale, words) => {
    expect(heard(locale, speakDate(locale, { day: 3, month: 3, year: 2027 }))).toBe(words)
  })

  it('has the first of the month where a language has one', () => {
    const first = { day: 1, month: 8, year: 2026 }
    expect(heard('fr-FR', speakDate('fr-FR', first))).toBe('le premier août deux mille vingt-six')
    expect(heard('it-IT', speakDate('it-IT', first))).toBe('primo agosto due mila ventisei')
    expect(heard('pl-PL', speakDate('pl-PL', { day: 31, month: 12, year: 2045 }))).toBe(
      'trzydziestego pierwszego grudnia dwa tysiące czterdziestego piątego roku',
    )
  })
})

describe('digits and numbers', () => {
  it('are said one by one, in groups, and nothing else is', () => {
    expect(heard('de-DE', speakDigits('de-DE', '4821-33'))).toBe('vier acht zwei eins , drei drei')
  })

  it('are whole numbers up to a million, and digits from there on', () => {
    expect(heard('en-GB', speakNumber('en-GB', 999_999))).toBe(
      'nine hundred and ninety-nine thousand nine hundred and ninety-nine',
    )
    expect(heard('en-GB', speakNumber('en-GB', 1_000_000))).toBe('one zero zero , zero zero zero , zero')
  })
})

describe.each(Locales.options)('%s', (locale) => {
  it('has a prompt for all that its rules can give', () => {
    const language = languageOf(locale)
    const missing = new Set<string>()
    const check = (refs: readonly string[]) => {
      for (const ref of refs) if (!ref.startsWith('pause/') && !texts[locale].has(ref)) missing.add(ref)
    }
    for (let value = 0; value < 1_200; value++) check(speakNumber(locale, value))
    for (const value of [1_999, 2_000, 21_000, 101_001, 200_000, 221_121, 999_999])
      check(speakNumber(locale, value))
    for (const currency of spokenCurrencies)
      for (const amountMinor of [
        1, 2, 5, 21, 100, 101, 121, 200, 500, 2_100, 10_100, 20_121, 112_233, 99_999_999,
      ])
        check(speakMoney(locale, { amountMinor, currency }))
    for (let month = 1; month <= 12; month++)
      for (let day = 1; day <= 31; day++)
        check(language.date({ day, month, year: 1995 + day + month }).map((id) => `${locale}/${id}`))
    expect([...missing]).toEqual([])
  })

  it('has the same phrases as every other locale', () => {
    const phrases = (of: Locale) => {
      const words = new Set(Object.keys(languageOf(of).vocabulary).map((id) => `${of}/${id}`))
      return [...texts[of].keys()].filter((ref) => !words.has(ref)).map((ref) => ref.slice(of.length))
    }
    expect(phrases(locale)).toEqual(phrases('en-GB'))
  })
})
