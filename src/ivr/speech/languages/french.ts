import {
  currencyWords,
  type Gender,
  type Language,
  months,
  type Plural,
  upToNinetyNine,
} from '../language.ts'

const ones = (
  'zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit ' +
  'dix-neuf'
).split(' ')
const tens = [
  '',
  '',
  'vingt',
  'trente',
  'quarante',
  'cinquante',
  'soixante',
  'soixante',
  'quatre-vingt',
  'quatre-vingt',
]

/** France counts by twenties from 60 on: 71 is soixante et onze, 80 quatre-vingts, 91 quatre-vingt-onze. */
function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = Math.floor(value / 10)
  const rest = ten === 7 || ten === 9 ? (value % 10) + 10 : value % 10
  if (rest === 0) return ten === 8 ? 'quatre-vingts' : tens[ten]!
  const joins = (rest === 1 || rest === 11) && ten < 8
  return joins ? `${tens[ten]} et ${ones[rest]}` : `${tens[ten]}-${ones[rest]}`
}

/** "une" as far as the unit itself is heard: not in 71 and 91. */
const isFeminine = (value: number) => value % 10 === 1 && ![11, 71, 91].includes(value)

function small(value: number, gender: Gender): string {
  return gender === 'feminine' && isFeminine(value) ? `n.${value}.f` : `n.${value}`
}

function number(value: number, gender: Gender = 'plain'): string[] {
  if (value < 100) return [small(value, gender)]
  if (value < 1_000) {
    const hundreds = Math.floor(value / 100)
    const rest = value % 100
    return [...(hundreds > 1 ? [`n.${hundreds}`] : []), 'hundred', ...(rest > 0 ? [small(rest, gender)] : [])]
  }
  const thousands = Math.floor(value / 1_000)
  const rest = value % 1_000
  return [...(thousands > 1 ? number(thousands) : []), 'thousand', ...(rest > 0 ? number(rest, gender) : [])]
}

/** Zero and one are singular. */
const plural = (value: number): Plural => (value < 2 ? 'one' : 'many')

const currencies: Language['currencies'] = {
  GBP: {
    major: { one: 'livre', many: 'livres', gender: 'feminine' },
    minor: { one: 'penny', many: 'pence' },
  },
  EUR: { major: { one: 'euro', many: 'euros' }, minor: { one: 'centime', many: 'centimes' } },
  USD: { major: { one: 'dollar', many: 'dollars' }, minor: { one: 'cent', many: 'cents' } },
  CHF: {
    major: { one: 'franc suisse', many: 'francs suisses' },
    minor: { one: 'centime', many: 'centimes' },
  },
  PLN: { major: { one: 'zloty', many: 'zlotys' }, minor: { one: 'grosz', many: 'groszy' } },
  JPY: { major: { one: 'yen', many: 'yens' } },
}

const feminine = Array.from({ length: 100 }, (_, value) => value).filter(isFeminine)

const vocabulary = {
  ...upToNinetyNine(word),
  ...Object.fromEntries(feminine.map((value) => [`n.${value}.f`, `${word(value)}e`])),
  ...{ hundred: 'cent', thousand: 'mille', and: 'et', 'ord.1': 'premier', the: 'le' },
  ...months(
    'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  ),
  ...currencyWords(currencies, ['one', 'many']),
}

export const french: Language = {
  ...{ locale: 'fr-FR', plural, currencies, and: 'and', vocabulary, number },
  date: ({ day, month, year }) => [
    'the',
    day === 1 ? 'ord.1' : `n.${day}`,
    `month.${month}`,
    ...number(year),
  ],
}
