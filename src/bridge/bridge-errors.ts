import { AppError } from '../base/errors.ts'

/** No call of this name is known here: it has ended, or the bridge has restarted. */
export class CallUnknown extends AppError {
  readonly code = 'CALL_UNKNOWN'
  readonly remedy = 'fix-request'
}

/** The bridge carries as many calls as it may. */
export class BridgeFull extends AppError {
  readonly code = 'BRIDGE_FULL'
  readonly remedy = 'retry'
}

/** The mask is armed, and no audio has flowed through it that would prove it: there is no green light. */
export class MaskNotConfirmed extends AppError {
  readonly code = 'MASK_NOT_CONFIRMED'
  readonly remedy = 'retry'
}

/** Digits may be taken only from a caller whose audio runs through the mask. */
export class NotMasked extends AppError {
  readonly code = 'NOT_MASKED'
  readonly remedy = 'fix-request'
}

/** Digits still go to a collection (another one, or one that has to be stopped first). */
export class DigitsRouted extends AppError {
  readonly code = 'DIGITS_ROUTED'
  readonly remedy = 'fix-request'
}

/** The collection's socket could not be opened. */
export class DigitsUnreachable extends AppError {
  readonly code = 'DIGITS_UNREACHABLE'
  readonly remedy = 'retry'
}

/** A tone is heard or held, or no audio comes that would show its end: the mask stays. */
export class ToneHeld extends AppError {
  readonly code = 'TONE_HELD'
  readonly remedy = 'retry'
}

/** Tone processing has failed on this leg: it stays muted until the caller's stream is opened anew. */
export class ToneGuardFailed extends AppError {
  readonly code = 'TONE_GUARD_FAILED'
  readonly remedy = 'page-someone'
}

/** The caller speaks a codec that cannot be looked into: no tone of it could be masked, so no card is taken. */
export class CodecNotMaskable extends AppError {
  readonly code = 'CODEC_NOT_MASKABLE'
  readonly remedy = 'fix-request'
}

/** Somebody has the port of the NG protocol (`sip.ngPort`). */
export class NgPortTaken extends AppError {
  readonly code = 'NG_PORT_TAKEN'
  readonly remedy = 'fix-request'
  constructor() {
    super(
      'the port of the NG protocol is taken: stop what listens there (another rtpengine?), or set sip.ngPort',
    )
  }
}

/** No drachtio server is configured (`sip.drachtio`): nothing can be transferred to us. */
export class NoTransfers extends AppError {
  readonly code = 'NO_TRANSFERS'
  readonly remedy = 'fix-request'
}

/** No prompt of this name: the locale or the id is misspelt, or the prompts are not where they should be. */
export class PromptUnknown extends AppError {
  readonly code = 'PROMPT_UNKNOWN'
  readonly remedy = 'fix-request'
  constructor(ref: string) {
    super(`no prompt ${ref}: see manifest.json of its locale in media/prompts`)
  }
}

/** A recording that was put in a prompt's place cannot be played; the message names file and remedy. */
export class PromptUnusable extends AppError {
  readonly code = 'PROMPT_UNUSABLE'
  readonly remedy = 'fix-request'
}
