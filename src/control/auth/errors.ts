import { AppError } from '../../base/errors.ts'

/** No session cookie and no API key, or one that is unknown, ended, revoked or too old. */
export class Unauthenticated extends AppError {
  readonly code = 'UNAUTHENTICATED'
  readonly remedy = 'fix-request'
}

/** Known, but without the right to do this. */
export class Forbidden extends AppError {
  readonly code = 'FORBIDDEN'
  readonly remedy = 'fix-request'
}

/** E-mail address or password wrong: which of the two is never said. */
export class LogInRefused extends AppError {
  readonly code = 'LOG_IN_REFUSED'
  readonly remedy = 'fix-request'
}

/** Too many wrong passwords for this account or from this address. */
export class LogInLocked extends AppError {
  readonly code = 'LOG_IN_LOCKED'
  readonly remedy = 'retry'
  readonly retryAfterMs: number
  constructor(retryAfterMs: number) {
    super('too many log-in attempts; wait before the next')
    this.retryAfterMs = retryAfterMs
  }
}

/** A browser sent this on behalf of another site's page. */
export class CrossSiteRequest extends AppError {
  readonly code = 'CROSS_SITE_REQUEST'
  readonly remedy = 'fix-request'
}

/** The configuration gives two agents the same e-mail address, or two merchants the same API key. */
export class AccessConfigConflict extends AppError {
  readonly code = 'ACCESS_CONFIG_CONFLICT'
  readonly remedy = 'page-someone'
}
