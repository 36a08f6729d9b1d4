/** A number that passes the Luhn check (ISO/IEC 7812-1, annex B): `first` and its check digit. */
export function withCheckDigit(first: string): string {
  const sum = [...first].reverse().reduce((total, digit, i) => {
    const value = i % 2 === 0 ? Number(digit) * 2 : Number(digit)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return `${first}${(10 - (sum % 10)) % 10}`
}
