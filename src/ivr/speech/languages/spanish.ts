import { currencyWords, type Gender, type Language, months, oneOrMany, upToNinetyNine } from '../language.ts'

const ones = (
  'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete ' +
  'dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete ' +
  'veintiocho veintinueve'
).split(' ')
const tens = 'treinta cuarenta cincuenta sesenta setenta ochenta noventa'.split(' ')
const hundreds =
  'ciento doscient trescient cuatrocient quinient seiscient setecient ochocient novecient'.split(' ')

function word(value: number): string {
  if (value < 30) return ones[value]!
  const ten = tens[Math.floor(value / 10) - 3]!
  return value % 10 === 0 ? ten : `${ten} y ${ones[value % 10]}`
}

/** Before a noun "uno" is shortened or feminine: veintiún euros, veintiuna libras. */
function before(value: number, gender: 'm' | 'f'): string {
  if (gender === 'f') return word(value).replace(/uno$/, 'una')
  return value === 21 ? 'veintiún' : word(value).replace(/uno$/, 'un')
}

const endsInOne = (value: number) => value % 10 === 1 && value !== 11

function small(value: number, gender: Gender): string {
  if (gender === 'plain' || !endsInOne(value)) return `n.${value}`
  return `n.${value}.${gender === 'feminine' ? 'f' : 'm'}`
}

function number(value: number, gender: Gender = 'plain'): string[] {
  if (value < 100) return [small(value, gender)]
  if (value === 100) return ['h.100']
  if (value < 1_000) {
    const hundred = Math.floor(value / 100)
    const rest = value % 100
    const said = hundred > 1 && gender === 'feminine' ? `h.${hundred}.f` : `h.${hundred}`
    return [said, ...(rest > 0 ? [small(rest, gender)] : [])]
  }
  const thousands = Math.floor(value / 1_000)
  const rest = value % 1_000
  // What multiplies "mil" loses its last o (veintiún mil), and its hundreds agree with what is counted.
  const many = thousands === 1 ? [] : number(thousands, gender === 'feminine' ? 'feminine' : 'masculine')
  const shortened = many.map((id) =>
    gender === 'feminine' && /^n\.\d+\.f$/.test(id) ? id.replace('.f', '.m') : id,
  )
  return [...shortened, 'thousand', ...(rest > 0 ? number(rest, gender) : [])]
}

const m = 'masculine' as const
const currencies: Language['currencies'] = {
  GBP: {
    major: { one: 'libra', many: 'libras', gender: 'feminine' },
    minor: { one: 'penique', many: 'peniques', gender: m },
  },
  EUR: {
    major: { one: 'euro', many: 'euros', gender: m },
    minor: { one: 'céntimo', many: 'céntimos', gender: m },
  },
  USD: {
    major: { one: 'dólar', many: 'dólares', gender: m },
    minor: { one: 'centavo', many: 'centavos', gender: m },
  },
  CHF: {
    major: { one: 'franco suizo', many: 'francos suizos', gender: m },
    minor: { one: 'céntimo', many: 'céntimos', gender: m },
  },
  PLN: {
    major: { one: 'esloti', many: 'eslotis', gender: m },
    minor: { one: 'grosz', many: 'groszy', gender: m },
  },
  JPY: { major: { one: 'yen', many: 'yenes', gender: m } },
}

const inOne = Array.from({ length: 100 }, (_, value) => value).filter(endsInOne)

const vocabulary = {
  ...upToNinetyNine(word),
  ...Object.fromEntries(
    inOne.flatMap((n) => [
      [`n.${n}.m`, before(n, 'm')],
      [`n.${n}.f`, before(n, 'f')],
    ]),
  ),
  'h.100': 'cien',
  ...Object.fromEntries(hundreds.map((stem, i) => [`h.${i + 1}`, i === 0 ? stem : `${stem}os`])),
  ...Object.fromEntries(hundreds.slice(1).map((stem, i) => [`h.${i + 2}.f`, `${stem}as`])),
  ...{ thousand: 'mil', and: 'con', of: 'de' },
  ...months(
    'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' '),
  ),
  ...currencyWords(currencies, ['one', 'many']),
}

export const spanish: Language = {
  ...{ locale: 'es-ES', plural: oneOrMany, currencies, and: 'and', vocabulary, number },
  date: ({ day, month, year }) => [`n.${day}`, 'of', `month.${month}`, 'of', ...number(year)],
}
