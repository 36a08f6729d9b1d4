/** A published test number and what the sandbox does with it. */
export type TestCard = {
  readonly name: string
  readonly pan: string
  readonly happens: string
  /** A security code that leads to `happens`. */
  readonly csc: string
}

const approved = 'Approved'

/** The most useful of the sandbox's cards; any expiry in the future does. */
export const testCards: readonly TestCard[] = [
  { name: 'Visa', pan: '4242424242424242', happens: approved, csc: '123' },
  { name: 'Mastercard', pan: '5555555555554444', happens: approved, csc: '123' },
  { name: 'American Express', pan: '378282246310005', happens: approved, csc: '1234' },
  { name: 'UnionPay, 19 digits', pan: '6205500000000000004', happens: approved, csc: '123' },
  { name: 'Visa', pan: '4000000000009995', happens: 'Declined: insufficient funds', csc: '123' },
  { name: 'Visa', pan: '4000000000000069', happens: 'Declined: expired card', csc: '123' },
  {
    name: 'Visa',
    pan: '4000000000000127',
    happens: 'Declined: wrong security code (127 is approved)',
    csc: '123',
  },
  { name: 'Visa', pan: '4000000000009979', happens: 'Declined: stolen card', csc: '123' },
  { name: 'Visa', pan: '4000002500003155', happens: 'Declined: pay by link, please', csc: '123' },
  { name: 'Visa', pan: '4000000000000002', happens: 'Declined without a reason', csc: '123' },
]

/** Digits in groups, as they stand on the card. */
export function groupedPan(pan: string): string {
  if (pan.length === 15) return `${pan.slice(0, 4)} ${pan.slice(4, 10)} ${pan.slice(10)}`
  return pan.replace(/(\d{4})(?=\d)/g, '$1 ')
}

/** `MMYY`, three years from `year`, December: good for every card of the list. */
export function goodExpiry(year: number): string {
  return `12${String((year + 3) % 100).padStart(2, '0')}`
}
