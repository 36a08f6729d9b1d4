import { AppError } from '../../base/errors.ts'
import { parseXml, type XmlElement } from './xml.ts'

/** TwiML that Twilio would refuse, or a verb that the simulated carrier does not know. */
export class TwimlRefused extends AppError {
  readonly code = 'SIMULATOR_TWIML_REFUSED'
  readonly remedy = 'fix-request'
}

export type StreamVerb = {
  readonly verb: 'connect-stream'
  readonly url: string
  readonly parameters: Readonly<Record<string, string>>
  /** Where to ask for more TwiML once the stream has ended; without it the next verb is performed. */
  readonly action: Target | undefined
}

export type Target = { readonly url: string; readonly method: 'GET' | 'POST' }

export type Verb =
  | StreamVerb
  | { readonly verb: 'redirect'; readonly to: Target }
  | { readonly verb: 'pause'; readonly ms: number }
  /** Nothing is spoken: the line is silent for about as long as the words take. */
  | { readonly verb: 'say'; readonly ms: number }
  | { readonly verb: 'hangup' }
  | { readonly verb: 'reject'; readonly reason: 'rejected' | 'busy' }

/** Reads a TwiML document; relative URLs are resolved against the URL it came from. Throws AppErrors. */
export function parseTwiml(source: string, baseUrl: string): readonly Verb[] {
  const document = parseXml(source)
  if (document.name !== 'Response') throw new TwimlRefused('the document element is not Response')
  return document.children.map((element) => toVerb(element, baseUrl))
}

function toVerb(element: XmlElement, baseUrl: string): Verb {
  const { name, attributes, text } = element
  switch (name) {
    case 'Connect':
      return toStream(element, baseUrl)
    case 'Redirect':
      return { verb: 'redirect', to: target(text.trim(), attributes.method, baseUrl) }
    case 'Pause':
      return { verb: 'pause', ms: 1000 * wholeNumber(attributes.length ?? '1') }
    case 'Say':
      return { verb: 'say', ms: wholeNumber(attributes.loop ?? '1') * spokenMs(text) }
    case 'Hangup':
      return { verb: 'hangup' }
    case 'Reject':
      return { verb: 'reject', reason: attributes.reason === 'busy' ? 'busy' : 'rejected' }
    default:
      throw new TwimlRefused('a verb is not one of Connect, Redirect, Pause, Say, Hangup and Reject')
  }
}

function toStream(connect: XmlElement, baseUrl: string): StreamVerb {
  const [stream, ...others] = connect.children
  if (stream?.name !== 'Stream' || others.length > 0)
    throw new TwimlRefused('Connect does not hold one Stream')
  const url = stream.attributes.url ?? ''
  if (!/^wss?:\/\/[^?#\s]+$/.test(url))
    throw new TwimlRefused('the url of Stream is not a ws or wss URL without a query')
  const parameters = stream.children.map(({ name, attributes }) => {
    if (name !== 'Parameter' || !attributes.name)
      throw new TwimlRefused('Stream holds something else than Parameter')
    return [attributes.name, attributes.value ?? ''] as const
  })
  const { action, method } = connect.attributes
  return {
    verb: 'connect-stream',
    url,
    parameters: Object.fromEntries(parameters),
    action: action === undefined ? undefined : target(action, method, baseUrl),
  }
}

/** A URL and a method as TwiML and the REST API give them: POST unless told, relative to `baseUrl`. */
export function target(url: string, method: string | undefined, baseUrl?: string): Target {
  if (!URL.canParse(url, baseUrl)) throw new TwimlRefused('a URL cannot be read')
  const resolved = new URL(url, baseUrl)
  if (!/^https?:$/.test(resolved.protocol)) throw new TwimlRefused('a URL is neither http nor https')
  return { url: resolved.href, method: method?.toUpperCase() === 'GET' ? 'GET' : 'POST' }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new TwimlRefused('an attribute is not a whole number')
  return Number(text)
}

/** English at an ordinary pace: about fifteen characters a second. */
function spokenMs(text: string): number {
  return Math.max(300, Math.round((text.trim().length * 1000) / 15))
}
