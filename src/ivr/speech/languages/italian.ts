import { currencyWords, type Gender, type Language, months, oneOrMany, upToNinetyNine } from '../language.ts'

const ones = (
  'zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici ' +
  'diciassette diciotto diciannove'
).split(' ')
const tens = 'venti trenta quaranta cinquanta sessanta settanta ottanta novanta'.split(' ')

/** Before uno and otto the ten loses its vowel, and a final tre takes an accent: ventuno, ventotto, ventitré. */
function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 2]!
  const rest = value % 10
  if (rest === 0) return ten
  if (rest === 3) return `${ten}tré`
  return (rest === 1 || rest === 8 ? ten.slice(0, -1) : ten) + ones[rest]
}

function number(value: number, gender: Gender = 'plain'): string[] {
  if (value === 1 && gender !== 'plain') return [gender === 'feminine' ? 'n.1.f' : 'n.1.m']
  if (value < 100) return [`n.${value}`]
  if (value < 1_000) {
    const rest = value % 100
    return [`h.${Math.floor(value / 100)}`, ...(rest > 0 ? [`n.${rest}`] : [])]
  }
  const thousands = Math.floor(value / 1_000)
  const rest = value % 1_000
  const said = thousands === 1 ? ['thousand'] : [...number(thousands), 'thousands']
  return [...said, ...(rest > 0 ? number(rest) : [])]
}

const m = 'masculine' as const
const currencies: Language['currencies'] = {
  GBP: {
    major: { one: 'sterlina', many: 'sterline', gender: 'feminine' },
    minor: { one: 'penny', many: 'pence', gender: m },
  },
  EUR: {
    major: { one: 'euro', many: 'euro', gender: m },
    minor: { one: 'centesimo', many: 'centesimi', gender: m },
  },
  USD: {
    major: { one: 'dollaro', many: 'dollari', gender: m },
    minor: { one: 'centesimo', many: 'centesimi', gender: m },
  },
  CHF: {
    major: { one: 'franco svizzero', many: 'franchi svizzeri', gender: m },
    minor: { one: 'centesimo', many: 'centesimi', gender: m },
  },
  PLN: {
    major: { one: 'zloty', many: 'zloty', gender: m },
    minor: { one: 'grosz', many: 'groszy', gender: m },
  },
  JPY: { major: { one: 'yen', many: 'yen', gender: m } },
}

const vocabulary = {
  ...upToNinetyNine(word),
  ...{ 'n.1.m': 'un', 'n.1.f': 'una' },
  ...Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [`h.${i + 1}`, i === 0 ? 'cento' : `${ones[i + 1]}cento`]),
  ),
  ...{ thousand: 'mille', thousands: 'mila', and: 'e', 'ord.1': 'primo' },
  ...months(
    'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre'.split(
      ' ',
    ),
  ),
  ...currencyWords(currencies, ['one', 'many']),
}

export const italian: Language = {
  ...{ locale: 'it-IT', plural: oneOrMany, currencies, and: 'and', vocabulary, number },
  date: ({ day, month, year }) => [day === 1 ? 'ord.1' : `n.${day}`, `month.${month}`, ...number(year)],
}
