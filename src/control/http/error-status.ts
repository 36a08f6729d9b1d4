import type { AppError } from '../../base/errors.ts'
import { exhaustive } from '../../base/exhaustive.ts'

/** Code → HTTP status, for every error that a request can meet. One file, so that the API's answers can be read at once. */
export const statuses: Readonly<Record<string, number>> = {
  REQUEST_INVALID: 400,
  ADDRESS_REFUSED: 400,
  API_VERSION_UNKNOWN: 400,
  BODY_NOT_JSON: 400,
  CARD_NUMBER_IN_TEXT: 400,
  ENDPOINT_URL_REFUSED: 400,
  EXPORT_CURRENCY_NEEDED: 400,
  IDEMPOTENCY_KEY_MISSING: 400,
  RECEIPT_ADDRESS_REFUSED: 400,
  TEMPLATE_REFUSED: 400,
  UNAUTHENTICATED: 401,
  LOG_IN_REFUSED: 401,
  GATEWAY_WEBHOOK_REFUSED: 401,
  FORBIDDEN: 403,
  CROSS_SITE_REQUEST: 403,
  WEBHOOK_SIGNATURE_INVALID: 403,
  NOT_FOUND: 404,
  CALL_NOT_FOUND: 404,
  DELIVERY_NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  PAYMENT_NOT_FOUND: 404,
  RECONCILIATION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TRANSFERS_NOT_CONFIGURED: 409,
  CALL_AMBIGUOUS: 409,
  CALL_BUSY: 409,
  CALL_NOT_LIVE: 409,
  COLLECTION_NOT_RUNNING: 409,
  DELIVERY_UNDER_WAY: 409,
  ENDPOINT_DISABLED: 409,
  ENDPOINT_EXISTS: 409,
  ENDPOINT_FROM_CONFIG: 409,
  ENDPOINT_LIMIT: 409,
  IDEMPOTENCY_IN_FLIGHT: 409,
  IDEMPOTENCY_OUTCOME_UNKNOWN: 409,
  OPERATION_OUTCOME_UNKNOWN: 409,
  OPERATION_UNDER_WAY: 409,
  SETTLEMENT_NOT_AVAILABLE: 409,
  RECEIPT_CHANNEL_OFF: 409,
  RECEIPT_SENT: 409,
  PAYMENT_BEING_AUTHORISED: 409,
  PAYMENT_CHANGED: 409,
  PAYMENT_FINISHED: 409,
  PAYMENT_OUTCOME_UNKNOWN: 409,
  PAYMENT_STATE_REFUSED: 409,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  AMOUNT_TOO_LARGE: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  LOG_IN_LOCKED: 429,
  RATE_LIMITED: 429,
  TOO_MANY_STREAMS: 429,
  INTERNAL: 500,
  GATEWAY_NOT_CONFIGURED: 500,
  GATEWAY_AWAY: 503,
  PEER_AWAY: 503,
  PEER_SILENT: 503,
  PLATFORM_NOT_READY: 503,
  STORE_UNAVAILABLE: 503,
}

/** An error that is not listed follows its remedy: the caller's mistake is a conflict with the state of things. */
export function statusOf({ code, remedy }: AppError): number {
  const listed = statuses[code]
  if (listed !== undefined) return listed
  switch (remedy) {
    case 'fix-request':
    case 'inquire':
      return 409
    case 'retry':
      return 503
    case 'page-someone':
      return 500
    default:
      return exhaustive(remedy)
  }
}
