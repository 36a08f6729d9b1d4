import { currencyWords, type Language, months, oneOrMany, upToNinetyNine } from '../language.ts'

const ones = (
  'nul één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien ' +
  'achttien negentien'
).split(' ')
const tens = 'twintig dertig veertig vijftig zestig zeventig tachtig negentig'.split(' ')

/** The unit comes first, joined by "en": with a diaeresis after a final e. */
function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 2]!
  const unit = value % 10
  if (unit === 0) return ten
  return `${unit === 1 ? 'een' : ones[unit]}${unit === 2 || unit === 3 ? 'ën' : 'en'}${ten}`
}

function number(value: number): string[] {
  if (value < 100) return [`n.${value}`]
  if (value < 1_000) {
    const hundreds = Math.floor(value / 100)
    const rest = value % 100
    return [...(hundreds > 1 ? [`n.${hundreds}`] : []), 'hundred', ...(rest > 0 ? [`n.${rest}`] : [])]
  }
  const thousands = Math.floor(value / 1_000)
  const rest = value % 1_000
  return [...(thousands > 1 ? number(thousands) : []), 'thousand', ...(rest > 0 ? number(rest) : [])]
}

/** 1999 is "negentienhonderd negenennegentig", 2027 "tweeduizend zevenentwintig". */
function year(value: number): string[] {
  const hundreds = Math.floor(value / 100)
  if (hundreds < 11 || hundreds > 19) return number(value)
  return [`n.${hundreds}`, 'hundred', ...(value % 100 > 0 ? [`n.${value % 100}`] : [])]
}

/** Amounts of money have no plural: twaalf euro, vijftig cent. */
const same = (name: string) => ({ one: name, many: name })
const currencies: Language['currencies'] = {
  GBP: { major: same('pond'), minor: { one: 'penny', many: 'pence' } },
  EUR: { major: same('euro'), minor: same('cent') },
  USD: { major: same('dollar'), minor: same('cent') },
  CHF: { major: same('Zwitserse frank'), minor: same('rappen') },
  PLN: { major: same('zloty'), minor: same('groszy') },
  JPY: { major: same('yen') },
}

const vocabulary = {
  ...upToNinetyNine(word),
  ...{ hundred: 'honderd', thousand: 'duizend', and: 'en' },
  ...months(
    'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
  ),
  ...currencyWords(currencies, ['one', 'many']),
}

export const dutch: Language = {
  ...{ locale: 'nl-NL', plural: oneOrMany, currencies, and: 'and', vocabulary, number },
  date: ({ day, month, year: value }) => [`n.${day}`, `month.${month}`, ...year(value)],
}
