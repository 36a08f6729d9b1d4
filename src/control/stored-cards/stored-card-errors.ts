import { AppError } from '../../base/errors.ts'

/** No such card of this customer. */
export class StoredCardNotFound extends AppError {
  readonly code = 'STORED_CARD_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such card is kept for the customer of this payment, at its gateway')
  }
}

/** A card is kept for somebody: the payment has to say for whom. */
export class CustomerNeeded extends AppError {
  readonly code = 'CUSTOMER_NEEDED'
  readonly remedy = 'fix-request'
  readonly field = '/customer'
  constructor() {
    super('the payment names no customer: create it with customer to keep a card, or to pay with a kept one')
  }
}

/** Several kept cards end with these digits. */
export class StoredCardAmbiguous extends AppError {
  readonly code = 'STORED_CARD_AMBIGUOUS'
  readonly remedy = 'fix-request'
  readonly field = '/last4'
  constructor(cardIds: readonly string[]) {
    super(`several kept cards end with these digits; send one of these as cardId: ${cardIds.join(', ')}`)
  }
}

/** The card's last month is over. */
export class StoredCardExpired extends AppError {
  readonly code = 'STORED_CARD_EXPIRED'
  readonly remedy = 'fix-request'
  constructor() {
    super('the kept card has expired: ask for another card')
  }
}

/** The customer agreed to their own later orders only. */
export class StoredCardUseRefused extends AppError {
  readonly code = 'STORED_CARD_USE_REFUSED'
  readonly remedy = 'fix-request'
  constructor() {
    super('the customer did not agree that this card is charged without them: keep it with use merchant')
  }
}

/** The gateway, or our connector for it, cannot do this with kept cards. */
export class StoredCardsNotSupported extends AppError {
  readonly code = 'STORED_CARDS_NOT_SUPPORTED'
  readonly remedy = 'fix-request'
  constructor(what: 'keep' | 'csc') {
    super(
      what === 'keep'
        ? 'the gateway of this payment keeps no cards'
        : 'the gateway of this payment takes no security code with a kept card; the merchant’s rule askCsc cannot be met',
    )
  }
}
