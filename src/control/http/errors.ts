import { AppError } from '../../base/errors.ts'

/** Body, query or path do not fit the schema. */
export class RequestInvalid extends AppError {
  readonly code = 'REQUEST_INVALID'
  readonly remedy = 'fix-request'
  /** JSON pointer to the field at fault. */
  readonly field: string | undefined
  constructor(detail: string, field?: string) {
    super(detail)
    this.field = field
  }
}

/** The body is not JSON, although it says so. */
export class BodyNotJson extends AppError {
  readonly code = 'BODY_NOT_JSON'
  readonly remedy = 'fix-request'
}

/** A free text of the request holds what looks like a card number: it must never be stored. */
export class CardNumberInText extends AppError {
  readonly code = 'CARD_NUMBER_IN_TEXT'
  readonly remedy = 'fix-request'
  readonly field: string
  constructor(field: string) {
    super('this text looks like a card number, which may only be keyed by the caller')
    this.field = field
  }
}

/** No such path, or no such thing of this merchant. */
export class NotFound extends AppError {
  readonly code = 'NOT_FOUND'
  readonly remedy = 'fix-request'
}

/** The path exists, with other methods; the `Allow` header names them. */
export class MethodNotAllowed extends AppError {
  readonly code = 'METHOD_NOT_ALLOWED'
  readonly remedy = 'fix-request'
}

/** The body is larger than the API takes. */
export class BodyTooLarge extends AppError {
  readonly code = 'BODY_TOO_LARGE'
  readonly remedy = 'fix-request'
}

/** The content type is not one that this route reads. */
export class MediaTypeUnsupported extends AppError {
  readonly code = 'MEDIA_TYPE_UNSUPPORTED'
  readonly remedy = 'fix-request'
}

/** Too many requests from one address. */
export class RateLimited extends AppError {
  readonly code = 'RATE_LIMITED'
  readonly remedy = 'retry'
}

/** A fault of ours. Its cause is in the log under the request's id, as a code. */
export class Internal extends AppError {
  readonly code = 'INTERNAL'
  readonly remedy = 'page-someone'
}

/** A POST without the header `Idempotency-Key`. */
export class IdempotencyKeyMissing extends AppError {
  readonly code = 'IDEMPOTENCY_KEY_MISSING'
  readonly remedy = 'fix-request'
}

/** The key was used before, for another request. */
export class IdempotencyKeyReused extends AppError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED'
  readonly remedy = 'fix-request'
}

/** The first request with this key is still being answered. */
export class IdempotencyInFlight extends AppError {
  readonly code = 'IDEMPOTENCY_IN_FLIGHT'
  readonly remedy = 'retry'
  readonly retryAfterMs = 1_000
}

/** Control stopped while it answered the first request with this key: whether it took effect is not known. */
export class IdempotencyOutcomeUnknown extends AppError {
  readonly code = 'IDEMPOTENCY_OUTCOME_UNKNOWN'
  readonly remedy = 'inquire'
}

/** A webhook at a gateway's address that the gateway did not sign, or that cannot be read. */
export class GatewayWebhookRefused extends AppError {
  readonly code = 'GATEWAY_WEBHOOK_REFUSED'
  readonly remedy = 'fix-request'
  constructor(because: string) {
    super(`the webhook is not believed: ${because}`)
  }
}

/** The header `Tonewall-Version` names a date that this platform does not have. */
export class ApiVersionUnknown extends AppError {
  readonly code = 'API_VERSION_UNKNOWN'
  readonly remedy = 'fix-request'
}

/** More event streams at once than one log-in or key may hold. */
export class TooManyStreams extends AppError {
  readonly code = 'TOO_MANY_STREAMS'
  readonly remedy = 'retry'
}
