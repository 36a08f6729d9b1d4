import { AppError } from '../base/errors.ts'

/** What was given as audio is none, or none that can be read here. */
export class NotAudio extends AppError {
  readonly code = 'DTMF_NOT_AUDIO'
  readonly remedy = 'fix-request'
}

/** A line of a trace is not what a bridge receives. */
export class TraceUnreadable extends AppError {
  readonly code = 'DTMF_TRACE_UNREADABLE'
  readonly remedy = 'fix-request'
}
