import {
  currencyWords,
  type Gender,
  type Language,
  months,
  oneOrMany,
  ordinals,
  upToNinetyNine,
} from '../language.ts'

const ones = (
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn ' +
  'achtzehn neunzehn'
).split(' ')
const tens = 'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split(' ')
/** In front of anything "eins" is "ein". */
const stem = (value: number) => (value === 1 ? 'ein' : ones[value]!)

function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 2]!
  return value % 10 === 0 ? ten : `${stem(value % 10)}und${ten}`
}

/** Dative, as in "fällig am dritten März". */
function ordinal(day: number): string {
  if (day === 1) return 'ersten'
  if (day === 3) return 'dritten'
  if (day === 7) return 'siebten'
  if (day === 8) return 'achten'
  return `${word(day)}${day < 20 ? 'ten' : 'sten'}`
}

function number(value: number, gender: Gender = 'plain'): string[] {
  if (value < 100) return [value === 1 && gender !== 'plain' ? 'n.1.m' : `n.${value}`]
  if (value < 1_000) {
    const rest = value % 100
    return [`h.${Math.floor(value / 100)}`, ...(rest > 0 ? number(rest, gender) : [])]
  }
  const rest = value % 1_000
  return [
    ...number(Math.floor(value / 1_000), 'masculine'),
    'thousand',
    ...(rest > 0 ? number(rest, gender) : []),
  ]
}

/** 1999 is "neunzehnhundertneunundneunzig", 2027 "zweitausendsiebenundzwanzig". */
function year(value: number): string[] {
  const hundreds = Math.floor(value / 100)
  if (hundreds < 11 || hundreds > 19) return number(value)
  return [`n.${hundreds}`, 'hundred', ...(value % 100 > 0 ? [`n.${value % 100}`] : [])]
}

const m = 'masculine' as const
const same = (name: string) => ({ one: name, many: name, gender: m })
const currencies: Language['currencies'] = {
  GBP: { major: same('Pfund'), minor: { one: 'Penny', many: 'Pence', gender: m } },
  EUR: { major: same('Euro'), minor: same('Cent') },
  USD: { major: same('Dollar'), minor: same('Cent') },
  CHF: { major: same('Schweizer Franken'), minor: same('Rappen') },
  PLN: { major: same('Zloty'), minor: same('Groschen') },
  JPY: { major: same('Yen') },
}

const vocabulary = {
  ...upToNinetyNine(word),
  'n.1.m': 'ein',
  ...Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`h.${i + 1}`, `${stem(i + 1)}hundert`])),
  ...{ hundred: 'hundert', thousand: 'tausend', and: 'und' },
  ...ordinals(ordinal),
  ...months('Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')),
  ...currencyWords(currencies, ['one', 'many']),
}

export const german: Language = {
  ...{ locale: 'de-DE', plural: oneOrMany, currencies, and: 'and', vocabulary, number },
  date: (day) => [`ord.${day.day}`, `month.${day.month}`, ...year(day.year)],
}
