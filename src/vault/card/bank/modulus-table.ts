/** How a row of the weight table is worked out. */
export type Method = 'MOD10' | 'MOD11' | 'DBLAL'

/** One row: what to do with accounts whose sort code is in a range. */
export type ModulusRow = {
  /** First and last sort code, as numbers. */
  readonly from: number
  readonly to: number
  readonly method: Method
  /** Fourteen: six for the sort code, eight for the account number. */
  readonly weights: readonly number[]
  /** 0: none. */
  readonly exception: number
}

export type ModulusTable = {
  readonly rows: readonly ModulusRow[]
  /** Sort codes that stand for another one (exception 5). */
  readonly substitutes: ReadonlyMap<number, number>
}

/** Without the merchant's files nothing is known of any sort code: every account number of eight digits is taken. */
export const noModulusTable: ModulusTable = { rows: [], substitutes: new Map() }

/** A line of a file that cannot be read. Holds its number, from 1: the files are licensed, and are not quoted. */
export class ModulusLineUnreadable extends Error {
  readonly line: number
  constructor(line: number) {
    super(`line ${line} of the modulus files cannot be read`)
    this.line = line
  }
}

const rowPattern = /^(\d{6})\s+(\d{6})\s+(MOD10|MOD11|DBLAL)((?:\s+-?\d{1,3}){14})(?:\s+(\d{1,2}))?\s*$/
const highestException = 14

/**
 * Vocalink's weight table, as it is downloaded: `from to METHOD u v w x y z a b c d e f g h [exception]`, in the
 * order in which the checks are made. Throws ModulusLineUnreadable: a table that is half understood would refuse
 * accounts that exist.
 */
export function readWeights(text: string): ModulusRow[] {
  return linesOf(text).map(([line, number]) => {
    const [, from, to, method, weights = '', exception = '0'] = rowPattern.exec(line) ?? []
    if (method === undefined || Number(from) > Number(to) || Number(exception) > highestException)
      throw new ModulusLineUnreadable(number)
    return {
      from: Number(from),
      to: Number(to),
      method: method as Method,
      weights: weights.trim().split(/\s+/).map(Number),
      exception: Number(exception),
    }
  })
}

/** The table of sorting code substitutions: `sort-code stands-for`. */
export function readSubstitutes(text: string): Map<number, number> {
  return new Map(
    linesOf(text).map(([line, number]) => {
      const [, code, substitute] = /^(\d{6})\s+(\d{6})\s*$/.exec(line) ?? []
      if (code === undefined) throw new ModulusLineUnreadable(number)
      return [Number(code), Number(substitute)]
    }),
  )
}

function linesOf(text: string): [line: string, number: number][] {
  return text
    .split(/\r?\n/)
    .map((line, index): [string, number] => [line.trimEnd(), index + 1])
    .filter(([line]) => line.trim() !== '')
}
