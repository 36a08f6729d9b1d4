/** The low group of ITU-T Q.23, in Hz: the rows of the keypad. */
export const lowGroupHz = [697, 770, 852, 941] as const
/** The high group of ITU-T Q.23, in Hz: its columns. */
export const highGroupHz = [1209, 1336, 1477, 1633] as const
/** All eight, low group first. */
export const dtmfHz = [...lowGroupHz, ...highGroupHz] as const

/** Keys by index: row × 4 + column. */
export const keypad = '123A456B789C*0#D'

export type Key =
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '*'
  | '#'
  | 'A'
  | 'B'
  | 'C'
  | 'D'

const codes = Uint8Array.from(keypad, (key) => key.charCodeAt(0))

/** ASCII code of the key at `index` (row × 4 + column). */
export function codeOfKey(index: number): number {
  return codes[index]!
}

/** Index of a key (row × 4 + column), or -1 when there is no such key. */
export function indexOfKey(key: string): number {
  return key.length === 1 ? keypad.indexOf(key) : -1
}
