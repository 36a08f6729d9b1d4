import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { type FormParameters, twilioSignature } from './signature.ts'
import type { Target } from './twiml.ts'

/** A webhook that gave no usable answer, after the retries that its URL asks for. */
export class WebhookFailed extends AppError {
  readonly code = 'SIMULATOR_WEBHOOK_FAILED'
  readonly remedy = 'retry'
}

const answerMs = 15_000
const betweenTriesMs = 200

type Failure = 'ct' | 'rt' | '4xx' | '5xx'
type Overrides = { readonly retries: number; readonly on: ReadonlySet<string> }

export type WebhooksOptions = { readonly authToken: string; readonly clock: Clock; readonly log: Log }

/** Asks the platform as Twilio does: form-encoded, signed, retried as the fragment of the URL says. */
export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #closing = new AbortController()

  constructor(options: WebhooksOptions) {
    this.#options = options
  }

  /** The body of a 2xx answer. Throws WebhookFailed. */
  async ask(target: Target, parameters: FormParameters): Promise<string> {
    const [url = '', fragment = ''] = target.url.split('#')
    const overrides = overridesOf(fragment)
    for (let tries = 0; ; tries++) {
      const answer = await this.#askOnce({ ...target, url }, parameters)
      if (answer.ok) return answer.body
      this.#options.log.warn({ reason: answer.why, callSid: parameters.CallSid ?? null }, 'webhook failed')
      const again = tries < overrides.retries && (overrides.on.has('all') || overrides.on.has(answer.why))
      if (!again || this.#closing.signal.aborted)
        throw new WebhookFailed('the platform gave no answer to a webhook')
      await new Promise<void>((resolve) => this.#options.clock.after(betweenTriesMs, resolve))
    }
  }

  /** Gives up whatever is under way. */
  close(): void {
    this.#closing.abort()
  }

  async #askOnce(target: Target, parameters: FormParameters) {
    const { url, init } = this.#request(target, parameters)
    try {
      const response = await fetch(url, init)
      const body = await response.text()
      if (response.ok) return { ok: true as const, body }
      const why: Failure = response.status >= 500 ? '5xx' : '4xx'
      return { ok: false as const, why }
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError'
      const why: Failure = timedOut ? 'rt' : 'ct'
      return { ok: false as const, why }
    }
  }

  #request({ url, method }: Target, parameters: FormParameters): { url: string; init: RequestInit } {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(answerMs)])
    const form = new URLSearchParams(parameters)
    const common = { method, signal, redirect: 'error' as const }
    if (method === 'GET') {
      const asked = `${url}${url.includes('?') ? '&' : '?'}${form}`
      return { url: asked, init: { ...common, headers: this.#signed(asked) } }
    }
    return { url, init: { ...common, headers: this.#signed(url, parameters), body: form } }
  }

  #signed(url: string, parameters?: FormParameters): Record<string, string> {
    const signature = twilioSignature(this.#options.authToken, url, parameters)
    return { 'X-Twilio-Signature': signature, 'User-Agent': 'TwilioProxy/1.1', Accept: '*/*' }
  }
}

/**
 * Twilio's "connection overrides": `#rc=3&rp=all` asks for three retries after any failure. Without them it is one
 * retry, and only when no connection could be made.
 */
function overridesOf(fragment: string): Overrides {
  const asked = new URLSearchParams(fragment)
  const retries = Number(asked.get('rc') ?? '1')
  return {
    retries: Number.isInteger(retries) ? Math.min(5, Math.max(0, retries)) : 1,
    on: new Set((asked.get('rp') ?? 'ct').split(',')),
  }
}
