import { AppError } from '../../base/errors.ts'

/** The gateway, or our connector for it, has no page of its own. */
export class PayLinksNotSupported extends AppError {
  readonly code = 'PAY_LINKS_NOT_SUPPORTED'
  readonly remedy = 'fix-request'
  constructor() {
    super('the gateway of this payment has no pay links')
  }
}

/** The gateway, or our connector for it, has no component that our page could show. */
export class EmbeddedFormsNotSupported extends AppError {
  readonly code = 'EMBEDDED_FORMS_NOT_SUPPORTED'
  readonly remedy = 'fix-request'
  readonly field = '/kind'
  constructor() {
    super('the gateway of this payment has no embedded form here: leave kind out, for its own page')
  }
}

/** There is none to withdraw or to send again. */
export class PayLinkNotOpen extends AppError {
  readonly code = 'PAY_LINK_NOT_OPEN'
  readonly remedy = 'fix-request'
  constructor() {
    super('no pay link is open for this payment')
  }
}

/** The gateway cannot be told to close it, or has not said that it did: it may still be paid. */
export class PayLinkStaysOpen extends AppError {
  readonly code = 'PAY_LINK_STAYS_OPEN'
  readonly remedy = 'inquire'
  constructor() {
    super('the gateway has not closed the link: it may be paid until it expires')
  }
}

/** The gateway made no page. Nothing is open, and nothing was taken. */
export class PayLinkRefused extends AppError {
  readonly code = 'PAY_LINK_REFUSED'
  readonly remedy = 'retry'
  constructor() {
    super('the gateway has made no pay link; the payment is as it was')
  }
}
