import type { AccountSummary, BankField } from '../../../contracts/bank-account.ts'
import type { DigitBuffer } from '../digit-buffer.ts'
import type { Judgement } from '../judgement.ts'
import { isRoutingNumber } from './aba-checksum.ts'
import { passesModulus } from './modulus-check.ts'
import type { ModulusTable } from './modulus-table.ts'

const sortCodeLength = 6
const routingLength = 9
const ukAccountLength = 8
/** NACHA's field for an account number has seventeen places. Fewer than four digits are keyed by mistake. */
const usAccountLengths = { least: 4, most: 17 } as const

/** Judges the digits that a field of a bank account holds now; at least one. */
export function judgeBank(field: BankField, digits: DigitBuffer, table: ModulusTable): Judgement {
  const length = digits.length(field)
  switch (field) {
    case 'sort-code':
      return whole(length, sortCodeLength, () => 'valid')
    case 'routing-number':
      return whole(length, routingLength, () => (isRoutingNumber(digits) ? 'valid' : 'checksum'))
    case 'account-number':
      if (digits.length('sort-code') > 0)
        return whole(length, ukAccountLength, () =>
          passesModulus(ukDigitAt(digits), table) ? 'valid' : 'modulus',
        )
      return judgeUsAccount(length)
  }
}

/** A field with one length: it ends with its last digit. */
function whole(length: number, wanted: number, judged: () => Judgement['result']): Judgement {
  if (length < wanted) return { ends: false, result: 'too-short', endsBySilence: false }
  return { ends: true, result: judged(), endsBySilence: false }
}

/** Ends with `#`, with silence, or where it can be no longer. */
function judgeUsAccount(length: number): Judgement {
  const { least, most } = usAccountLengths
  const result = length < least ? 'too-short' : 'valid'
  return { ends: length === most, result, endsBySilence: result === 'valid' }
}

const ukDigitAt = (digits: DigitBuffer) => (position: number) =>
  position < sortCodeLength
    ? digits.digit('sort-code', position)
    : digits.digit('account-number', position - sortCodeLength)

/** From this length on four digits at the end are told; of fewer, two. */
const longEnoughForFour = 8

/** All that is told of an account whose fields are valid. */
export function accountSummaryOf(digits: DigitBuffer): AccountSummary {
  const length = digits.length('account-number')
  const told = length >= longEnoughForFour ? 4 : 2
  let last4 = ''
  for (let i = length - told; i < length; i++) last4 += digits.digit('account-number', i)
  const scheme = digits.length('sort-code') > 0 ? 'uk' : 'us'
  return { brand: 'bank-account', scheme, last4 }
}
