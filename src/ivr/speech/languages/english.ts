import { currencyWords, type Language, months, oneOrMany, ordinals, upToNinetyNine } from '../language.ts'

const ones = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen ' +
  'seventeen eighteen nineteen'
).split(' ')
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const irregular: Readonly<Record<number, string>> = {
  1: 'first',
  2: 'second',
  3: 'third',
  5: 'fifth',
  8: 'eighth',
  9: 'ninth',
  12: 'twelfth',
  20: 'twentieth',
  30: 'thirtieth',
}

function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 2]!
  return value % 10 === 0 ? ten : `${ten}-${ones[value % 10]}`
}

function ordinal(day: number): string {
  if (irregular[day]) return irregular[day]
  return day > 20
    ? `${word(day - (day % 10))}-${irregular[day % 10] ?? `${word(day % 10)}th`}`
    : `${word(day)}th`
}

/** British English says "and" after the hundreds, American English does not. */
function number(value: number, and: readonly string[]): string[] {
  if (value < 100) return [`n.${value}`]
  if (value < 1_000) {
    const rest = value % 100
    return [`n.${Math.floor(value / 100)}`, 'hundred', ...(rest > 0 ? [...and, `n.${rest}`] : [])]
  }
  const rest = value % 1_000
  const joined = rest === 0 ? [] : rest < 100 ? [...and, `n.${rest}`] : number(rest, and)
  return [...number(Math.floor(value / 1_000), and), 'thousand', ...joined]
}

/** 2027 is "twenty twenty-seven", 2005 "two thousand and five". */
function year(value: number, and: readonly string[]): string[] {
  const rest = value % 100
  if (value < 1_000 || value > 9_999 || (value >= 2_000 && value < 2_010)) return number(value, and)
  return [
    `n.${Math.floor(value / 100)}`,
    ...(rest === 0 ? ['hundred'] : rest < 10 ? ['oh', `n.${rest}`] : [`n.${rest}`]),
  ]
}

const currencies: Language['currencies'] = {
  GBP: { major: { one: 'pound', many: 'pounds' }, minor: { one: 'penny', many: 'pence' } },
  EUR: { major: { one: 'euro', many: 'euros' }, minor: { one: 'cent', many: 'cents' } },
  USD: { major: { one: 'dollar', many: 'dollars' }, minor: { one: 'cent', many: 'cents' } },
  CHF: { major: { one: 'Swiss franc', many: 'Swiss francs' }, minor: { one: 'centime', many: 'centimes' } },
  PLN: { major: { one: 'zloty', many: 'zlotys' }, minor: { one: 'grosz', many: 'groszy' } },
  JPY: { major: { one: 'yen', many: 'yen' } },
}

const vocabulary = {
  ...upToNinetyNine(word),
  ...{ hundred: 'hundred', thousand: 'thousand', and: 'and', the: 'the', of: 'of', oh: 'oh' },
  ...ordinals(ordinal),
  ...months(
    'January February March April May June July August September October November December'.split(' '),
  ),
  ...currencyWords(currencies, ['one', 'many']),
}

const common = { plural: oneOrMany, currencies, and: 'and', vocabulary }

export const british: Language = {
  ...common,
  locale: 'en-GB',
  number: (value) => number(value, ['and']),
  date: (day) => ['the', `ord.${day.day}`, 'of', `month.${day.month}`, ...year(day.year, ['and'])],
}

export const american: Language = {
  ...common,
  locale: 'en-US',
  number: (value) => number(value, []),
  date: (day) => [`month.${day.month}`, `ord.${day.day}`, ...year(day.year, [])],
}
