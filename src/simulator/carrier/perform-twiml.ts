import { exhaustive } from '../../base/exhaustive.ts'
import { parseTwiml, type StreamVerb, type Target, TwimlRefused, type Verb } from './twiml.ts'

/** What TwiML does to a call. Every promise settles soon after `signal` is aborted. */
export type Line = {
  /** Asks a webhook for more TwiML. */
  ask(target: Target): Promise<string>
  /** Harmless when the call is answered already. */
  answer(): void
  /** Streams until the platform closes the stream, or it could not be opened. */
  stream(verb: StreamVerb, signal: AbortSignal): Promise<void>
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** Where a call's TwiML comes from: a webhook, or text given with the REST request. */
export type Source = Target | { readonly twiml: string }

export type Performed =
  | { readonly ended: 'hung-up' }
  | { readonly ended: 'rejected'; readonly reason: 'rejected' | 'busy' }

/** A call that is sent in circles without ever pausing ends here, as with Twilio. */
const mostDocuments = 10_000

/**
 * Performs TwiML document after document until one ends: by Hangup, by Reject, or by having no verb left, which hangs
 * up too. Undefined when `signal` was aborted, because the call has ended or was sent elsewhere. Throws AppErrors for
 * webhooks that fail and TwiML that cannot be performed.
 */
export async function performTwiml(
  first: Source,
  line: Line,
  signal: AbortSignal,
): Promise<Performed | undefined> {
  let source = first
  for (let documents = 0; documents < mostDocuments; documents++) {
    const verbs = await load(source, line)
    const next = await performDocument(verbs, line, signal)
    if (signal.aborted) return undefined
    if ('ended' in next) return next
    source = next
  }
  throw new TwimlRefused('the call was sent in circles')
}

async function load(source: Source, line: Line): Promise<readonly Verb[]> {
  if ('twiml' in source) return parseTwiml(source.twiml, 'http://relative.invalid/')
  return parseTwiml(await line.ask(source), source.url)
}

async function performDocument(
  verbs: readonly Verb[],
  line: Line,
  signal: AbortSignal,
): Promise<Performed | Source> {
  const hungUp = { ended: 'hung-up' } as const
  for (const [position, verb] of verbs.entries()) {
    if (signal.aborted) return hungUp
    switch (verb.verb) {
      case 'reject':
        // A call that is answered can no longer be rejected: Twilio hangs up.
        return position === 0 ? { ended: 'rejected', reason: verb.reason } : hungUp
      case 'redirect':
        return verb.to
      case 'pause':
        await line.wait(verb.ms, signal)
        break
      case 'say':
        line.answer()
        await line.wait(verb.ms, signal)
        break
      case 'hangup':
        line.answer()
        return hungUp
      case 'connect-stream':
        line.answer()
        await line.stream(verb, signal)
        if (verb.action) return verb.action
        break
      default:
        return exhaustive(verb)
    }
  }
  line.answer()
  return hungUp
}
