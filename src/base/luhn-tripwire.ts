/** 12 to 19 digits, possibly parted by single spaces, dashes or dots, not inside a longer word or number. */
const candidate = /(?<![\w.])\d(?:[ .-]?\d){11,18}(?![\w])/g

/**
 * The last line of defence behind the allow-list: a run of digits that passes the Luhn check (ISO/IEC 7812-1) is
 * replaced by `[digits]`. It can hit an innocent number (one in ten of that length), which is the right way to err.
 */
export function hideCardNumbers(text: string): string {
  return text.replace(candidate, (run) => (passesLuhn(run) ? '[digits]' : run))
}

function passesLuhn(run: string): boolean {
  let sum = 0
  let double = false
  for (let i = run.length - 1; i >= 0; i--) {
    const digit = run.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) continue
    const value = double ? digit * 2 : digit
    sum += value > 9 ? value - 9 : value
    double = !double
  }
  return sum % 10 === 0
}
