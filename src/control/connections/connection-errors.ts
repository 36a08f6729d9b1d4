import { AppError } from '../../base/errors.ts'

/** No such connection of this merchant. */
export class ConnectionNotFound extends AppError {
  readonly code = 'CONNECTION_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such connection')
  }
}

/** Something about the connection cannot be: `field` says what, the detail says what is allowed. */
export class ConnectionInvalid extends AppError {
  readonly code = 'CONNECTION_INVALID'
  readonly remedy = 'fix-request'
  /** JSON pointer. */
  readonly field: string
  constructor(field: string, allowed: string) {
    super(`${field}: ${allowed}`)
    this.field = field
  }
}

/** More connections than one merchant may have. */
export class ConnectionLimit extends AppError {
  readonly code = 'CONNECTION_LIMIT'
  readonly remedy = 'fix-request'
  constructor() {
    super('no more connections can be made: remove one first')
  }
}

/** The other side does not let us in, or cannot be used as it is set up. */
export class ConnectionRefused extends AppError {
  readonly code = 'CONNECTION_REFUSED'
  readonly remedy = 'fix-request'
  /** @param because a word of ours, never text of the other side's */
  constructor(because: string) {
    super(`the other side cannot be used like this: ${because}`)
  }
}

/** The other side gave no answer that says yes or no. */
export class ConnectionUnreachable extends AppError {
  readonly code = 'CONNECTION_UNREACHABLE'
  readonly remedy = 'retry'
  constructor() {
    super('the other side does not answer now')
  }
}

/** Somebody came back from the other side with a state that we did not give, that is too old, or that was used. */
export class ConsentInvalid extends AppError {
  readonly code = 'CONSENT_INVALID'
  readonly remedy = 'fix-request'
  constructor() {
    super('this consent is unknown, too old or used already: begin again with “Connect”')
  }
}

/** The text names no record that this system can have. */
export class RecordUnreadable extends AppError {
  readonly code = 'RECORD_UNREADABLE'
  readonly remedy = 'fix-request'
  /** JSON pointer. */
  readonly field: string
  constructor(kinds: readonly string[], field = '/record') {
    super(`a record is written as kind and id, with one of the kinds ${kinds.join(', ')}`)
    this.field = field
  }
}

/** No payment of that record, or none that this can be done with. */
export class RecordHasNoPayment extends AppError {
  readonly code = 'RECORD_HAS_NO_PAYMENT'
  readonly remedy = 'fix-request'
  constructor() {
    super('this record has no payment that this can be done with')
  }
}

/** Several payments of the record could be meant: money is not given back by guessing. */
export class RecordPaymentAmbiguous extends AppError {
  readonly code = 'RECORD_PAYMENT_AMBIGUOUS'
  readonly remedy = 'fix-request'
  readonly field = '/paymentId'
  constructor() {
    super('this record has several payments that this can be done with: name one by paymentId')
  }
}

/** The panel's token is not ours, or no longer good. */
export class PanelTokenInvalid extends AppError {
  readonly code = 'PANEL_TOKEN_INVALID'
  readonly remedy = 'fix-request'
  constructor() {
    super('this link to the payments is no longer good: load the record again')
  }
}
