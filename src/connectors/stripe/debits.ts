import type { BankScheme } from '../../contracts/bank-account.ts'
import { toGatewayUnits } from '../amounts.ts'
import type { GatewayAccount, Move } from '../connector.ts'
import { amountNotRepresentable, present } from '../reading.ts'
import type { DebitRequest } from '../requests.ts'
import { slot, type Tree } from '../writing.ts'
import { amounts } from './amounts.ts'
import { type Data, post } from './requests.ts'

/** Stripe's name for a kind of account. */
export const typeOf: Readonly<Record<BankScheme, string>> = { uk: 'bacs_debit', us: 'us_bank_account' }

/** Kinds of PaymentMethod whose money takes days, so that `processing` is no fault of anybody's. */
export const slowTypes: ReadonlySet<string> = new Set(Object.values(typeOf))

/**
 * A debit of a bank account: PaymentMethod, unconfirmed PaymentIntent, confirmation with the mandate. The mandate is one
 * of `offline`: nobody is in front of a screen. https://docs.stripe.com/api/payment_intents/confirm (mandate_data)
 */
export function debit(request: DebitRequest, account: GatewayAccount): Move {
  const { money, scheme, holder, accountType } = request
  if (toGatewayUnits(money, amounts) === undefined) return amountNotRepresentable
  const { name, email, address, kind } = holder
  const numbers: Readonly<Record<BankScheme, Tree>> = {
    uk: { bacs_debit: { sort_code: slot('sortCode'), account_number: slot('accountNumber') } },
    us: {
      us_bank_account: {
        account_holder_type: kind,
        account_type: accountType,
        routing_number: slot('routingNumber'),
        account_number: slot('accountNumber'),
      },
    },
  }
  const body: Tree = {
    type: typeOf[scheme],
    ...numbers[scheme],
    billing_details: {
      name,
      email,
      ...(address
        ? {
            address: {
              line1: address.line1,
              city: address.city,
              postal_code: address.postalCode,
              country: address.country,
            },
          }
        : {}),
    },
  }
  const data = debitData(request)
  return post(account, {
    at: `create-${scheme}-account`,
    path: '/v1/payment_methods',
    step: 'pm',
    body,
    data,
  })
}

/** What `next` needs, in the state between calls: nothing of the account, and not whose it is. */
function debitData(request: DebitRequest): Data {
  const {
    idempotencyKey: key,
    ourReference,
    money,
    merchantReference,
    description,
    scheme,
    mandate,
  } = request
  return {
    key,
    ourReference,
    ...money,
    capture: true,
    merchantReference,
    ...present('description', description),
    debit: typeOf[scheme],
    acceptedAt: Math.floor(mandate.acceptedAtMs / 1_000),
  }
}
