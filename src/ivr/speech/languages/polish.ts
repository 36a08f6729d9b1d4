import {
  currencyWords,
  type Gender,
  type Language,
  months,
  type Plural,
  upToNinetyNine,
} from '../language.ts'

const ones = (
  'zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście ' +
  'piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście'
).split(' ')
const tens =
  'dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt'.split(
    ' ',
  )
const hundreds = 'sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset'.split(' ')

/** Genitive, as days and years are said: trzeciego marca, dwa tysiące dwudziestego siódmego roku. */
const ordinalOnes = (
  'pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego dziesiątego jedenastego ' +
  'dwunastego trzynastego czternastego piętnastego szesnastego siedemnastego osiemnastego dziewiętnastego'
).split(' ')
const ordinalTens = (
  'dwudziestego trzydziestego czterdziestego pięćdziesiątego sześćdziesiątego siedemdziesiątego osiemdziesiątego ' +
  'dziewięćdziesiątego'
).split(' ')

function word(value: number): string {
  if (value < 20) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 2]!
  return value % 10 === 0 ? ten : `${ten} ${ones[value % 10]}`
}

/** 1 is singular; 2, 3 and 4 at the end have a plural of their own, but not 12, 13 and 14. */
function plural(value: number): Plural {
  if (value === 1) return 'one'
  const unit = value % 10
  const isTeen = value % 100 >= 12 && value % 100 <= 14
  return unit >= 2 && unit <= 4 && !isTeen ? 'few' : 'many'
}

function number(value: number, gender: Gender = 'plain'): string[] {
  if (value < 100) return [value === 1 && gender === 'neuter' ? 'n.1.n' : `n.${value}`]
  if (value < 1_000) {
    const rest = value % 100
    return [`h.${Math.floor(value / 100)}`, ...(rest > 0 ? [`n.${rest}`] : [])]
  }
  const thousands = Math.floor(value / 1_000)
  const rest = value % 1_000
  const said = thousands === 1 ? [] : number(thousands)
  return [...said, `thousand.${plural(thousands)}`, ...(rest > 0 ? number(rest) : [])]
}

/** Only the last two digits are ordinal; a round hundred stays a cardinal. */
function year(value: number): string[] {
  const rest = value % 100
  return [...(value - rest > 0 ? number(value - rest) : []), ...ordinal(rest), 'year']
}

function ordinal(value: number): string[] {
  if (value === 0) return []
  if (value < 20 || value % 10 === 0) return [`ord.${value}`]
  return [`ord.${value - (value % 10)}`, `ord.${value % 10}`]
}

const currencies: Language['currencies'] = {
  GBP: {
    major: { one: 'funt', few: 'funty', many: 'funtów' },
    minor: { one: 'pens', few: 'pensy', many: 'pensów' },
  },
  EUR: {
    major: { one: 'euro', few: 'euro', many: 'euro', gender: 'neuter' },
    minor: { one: 'cent', few: 'centy', many: 'centów' },
  },
  USD: {
    major: { one: 'dolar', few: 'dolary', many: 'dolarów' },
    minor: { one: 'cent', few: 'centy', many: 'centów' },
  },
  CHF: {
    major: { one: 'frank szwajcarski', few: 'franki szwajcarskie', many: 'franków szwajcarskich' },
    minor: { one: 'rapen', few: 'rapeny', many: 'rapenów' },
  },
  PLN: {
    major: { one: 'złoty', few: 'złote', many: 'złotych' },
    minor: { one: 'grosz', few: 'grosze', many: 'groszy' },
  },
  JPY: { major: { one: 'jen', few: 'jeny', many: 'jenów' } },
}

const vocabulary = {
  ...upToNinetyNine(word),
  'n.1.n': 'jedno',
  ...Object.fromEntries(hundreds.map((name, i) => [`h.${i + 1}`, name])),
  ...{ 'thousand.one': 'tysiąc', 'thousand.few': 'tysiące', 'thousand.many': 'tysięcy' },
  ...Object.fromEntries(ordinalOnes.map((name, i) => [`ord.${i + 1}`, name])),
  ...Object.fromEntries(ordinalTens.map((name, i) => [`ord.${(i + 2) * 10}`, name])),
  ...{ and: 'i', year: 'roku' },
  ...months(
    'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia'.split(
      ' ',
    ),
  ),
  ...currencyWords(currencies, ['one', 'few', 'many']),
}

export const polish: Language = {
  ...{ locale: 'pl-PL', plural, currencies, and: 'and', vocabulary, number },
  date: (day) => [...ordinal(day.day), `month.${day.month}`, ...year(day.year)],
}
