import { AppError, type Remedy } from '../../base/errors.ts'
import { exhaustive } from '../../base/exhaustive.ts'
import type { PaymentStatus } from '../../contracts/payment-events.ts'
import type { OperationRefusal } from './books.ts'
import type { Refused } from './machine.ts'

/** No such payment of this merchant. */
export class PaymentNotFound extends AppError {
  readonly code = 'PAYMENT_NOT_FOUND'
  readonly remedy = 'fix-request'
  constructor() {
    super('no such payment')
  }
}

const noCall = {
  callId: 'no such call',
  sipCallId: 'no call that goes on has this SIP Call-ID on either leg',
  agentExtension: 'no call goes on with an agent of this extension',
} as const

/** No such call of this merchant. */
export class CallNotFound extends AppError {
  readonly code = 'CALL_NOT_FOUND'
  readonly remedy = 'fix-request'
  /** JSON pointer, when a field of the body named the call. */
  readonly field: string | undefined
  constructor(named?: keyof typeof noCall) {
    super(noCall[named ?? 'callId'])
    this.field = named && `/${named}`
  }
}

/** An agent has several calls at once, none of which stands out: only its id says which is meant. */
export class CallAmbiguous extends AppError {
  readonly code = 'CALL_AMBIGUOUS'
  readonly remedy = 'fix-request'
  readonly field = '/agentExtension'
  constructor(callIds: readonly string[]) {
    super(
      `several calls go on with an agent of this extension; send one of these as callId: ${callIds.join(', ')}`,
    )
  }
}

/** Calls can be transferred to us only where a drachtio server is configured. */
export class TransfersNotConfigured extends AppError {
  readonly code = 'TRANSFERS_NOT_CONFIGURED'
  readonly remedy = 'page-someone'
  constructor() {
    super('no calls can be transferred to this platform: sip.drachtio is not configured')
  }
}

/** A payment can only be taken while caller and agent are on the line. */
export class CallNotLive extends AppError {
  readonly code = 'CALL_NOT_LIVE'
  readonly remedy = 'fix-request'
  constructor() {
    super('the call is not live')
  }
}

const notReady = {
  'peer-away': 'the bridge or the vault is away; no card can be taken right now',
  full: 'the database’s disk is full; no new payment can be begun right now',
  away: 'the database is away; no new payment can be begun right now',
  'read-only': 'the database takes no rows; no new payment can be begun right now',
  failing: 'the database fails; no new payment can be begun right now',
} as const

/** No collection can start, because none could be kept safe: bridge or vault is away, or rows cannot be kept. */
export class PlatformNotReady extends AppError {
  readonly code = 'PLATFORM_NOT_READY'
  readonly remedy = 'retry'
  constructor(because: keyof typeof notReady = 'peer-away') {
    super(notReady[because])
  }
}

/** The gateway is asked about the card at this moment: the outcome comes by itself. */
export class PaymentBeingAuthorised extends AppError {
  readonly code = 'PAYMENT_BEING_AUTHORISED'
  readonly remedy = 'inquire'
  constructor() {
    super('the payment is authorising; its outcome will come by itself')
  }
}

/** The card may or may not have been charged: nothing else is done with the payment until that is known. */
export class PaymentOutcomeUnknown extends AppError {
  readonly code = 'PAYMENT_OUTCOME_UNKNOWN'
  readonly remedy = 'inquire'
  constructor() {
    super('the payment is unknown; the gateway is being asked what became of it')
  }
}

/** The caller can pay at the gateway's page at any moment: nothing else is begun until the link is withdrawn. */
export class PayLinkOpen extends AppError {
  readonly code = 'PAY_LINK_OPEN'
  readonly remedy = 'fix-request'
  constructor() {
    super('a pay link is open for this payment; withdraw it first, or wait until it is paid or expired')
  }
}

/** The payment has come to its end. */
export class PaymentFinished extends AppError {
  readonly code = 'PAYMENT_FINISHED'
  readonly remedy = 'fix-request'
  readonly state: PaymentStatus
  constructor(state: PaymentStatus) {
    super(`the payment is ${state}, and stays so`)
    this.state = state
  }
}

/** The order does not fit the state. */
export class PaymentStateRefused extends AppError {
  readonly code = 'PAYMENT_STATE_REFUSED'
  readonly remedy: Remedy = 'fix-request'
  readonly state: PaymentStatus
  constructor(order: string, state: PaymentStatus) {
    super(
      `a payment that is ${state} cannot be ${order === 'operation-ordered' ? 'changed like that' : order}`,
    )
    this.state = state
  }
}

/** No card is being taken for this payment right now. */
export class CollectionNotRunning extends AppError {
  readonly code = 'COLLECTION_NOT_RUNNING'
  readonly remedy = 'fix-request'
  constructor() {
    super('no card is being taken for this payment')
  }
}

/** Two changes met: the row had moved on. The caller may look again and repeat. */
export class PaymentChanged extends AppError {
  readonly code = 'PAYMENT_CHANGED'
  readonly remedy = 'retry'
  constructor() {
    super('the payment was changed at the same moment')
  }
}

/** The merchant's gateway is not in the configuration: nothing can be taken for it. */
export class GatewayNotConfigured extends AppError {
  readonly code = 'GATEWAY_NOT_CONFIGURED'
  readonly remedy = 'page-someone'
  constructor() {
    super('the gateway of this payment is not configured')
  }
}

/** The order says whether it is a telephone order, and the gateway has no word for that. */
export class MotoNotDeclarable extends AppError {
  readonly code = 'MOTO_NOT_DECLARABLE'
  readonly remedy = 'fix-request'
  readonly field = '/moto'
  constructor() {
    super('this gateway has no word for telephone orders: leave `moto` out')
  }
}

/** Another capture, void or refund of this payment is on its way: one at a time. */
export class OperationUnderWay extends AppError {
  readonly code = 'OPERATION_UNDER_WAY'
  readonly remedy = 'retry'
  readonly retryAfterMs = 2_000
  constructor() {
    super('another capture, void or refund of this payment is on its way')
  }
}

/** The answer to the last capture, void or refund was lost: nothing else is ordered until it is known. */
export class OperationOutcomeUnknown extends AppError {
  readonly code = 'OPERATION_OUTCOME_UNKNOWN'
  readonly remedy = 'inquire'
  constructor() {
    super('the outcome of the last capture, void or refund is unknown; the gateway is being asked')
  }
}

/** More than was authorised, or than is left of what was captured. */
export class AmountTooLarge extends AppError {
  readonly code = 'AMOUNT_TOO_LARGE'
  readonly remedy = 'fix-request'
  readonly field = '/amountMinor'
  constructor() {
    super('more than was authorised, or than is left of what was captured')
  }
}

/** The error for an order that the machine refused. */
export function refusal({ order, at, because }: Refused): AppError {
  if (because !== undefined && because !== 'state') return operationRefusal(because)
  switch (at) {
    case 'authorising':
      return new PaymentBeingAuthorised()
    case 'unknown':
      return new PaymentOutcomeUnknown()
    case 'linked':
      return new PayLinkOpen()
    case 'authorised':
    case 'captured':
    case 'partly-refunded':
      if (order === 'operation-ordered') return new PaymentStateRefused(order, at)
      return new PaymentFinished(at)
    case 'refunded':
    case 'voided':
    case 'cancelled':
    case 'expired':
      return new PaymentFinished(at)
    case 'created':
    case 'collecting':
    case 'ready':
    case 'declined':
      return new PaymentStateRefused(order, at)
    default:
      return exhaustive(at)
  }
}

function operationRefusal(because: Exclude<OperationRefusal, 'state'>): AppError {
  switch (because) {
    case 'under-way':
      return new OperationUnderWay()
    case 'unknown':
      return new OperationOutcomeUnknown()
    case 'amount':
      return new AmountTooLarge()
    default:
      return exhaustive(because)
  }
}
