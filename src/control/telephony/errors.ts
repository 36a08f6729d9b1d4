import { AppError } from '../../base/errors.ts'

/** A webhook without a valid signature of the provider: it did not come from there, or our address is misconfigured. */
export class WebhookSignatureInvalid extends AppError {
  readonly code = 'WEBHOOK_SIGNATURE_INVALID'
  readonly remedy = 'fix-request'
}
