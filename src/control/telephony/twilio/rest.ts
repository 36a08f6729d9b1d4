import twilio from 'twilio'
import { backoffMs } from '../../../base/backoff.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import type { Secret } from '../../../base/secret.ts'
import { finalStatuses } from './wire.ts'

const answerMs = 10_000
const ringSeconds = 30
const mostTries = 3

export type TwilioRestOptions = {
  readonly accountSid: string
  readonly authToken: Secret
  /** Another origin for the API; null is Twilio's own. */
  readonly apiOrigin: string | null
  readonly clock: Clock
  readonly log: Log
}

export type DialAgent = {
  readonly to: string
  readonly from: string
  readonly url: string
  readonly statusCallback: string
}

export type TwilioRest = {
  /** The agent's CallSid. Rejects after three tries, or at once when Twilio refuses. */
  dial(order: DialAgent): Promise<string>
  /** Ends one party's call. Never rejects: a call that has ended, or ends by its TwiML, needs nothing. */
  hangUp(callSid: string): Promise<void>
  /** Whether one party's call has ended; false when Twilio cannot be asked. */
  isOver(callSid: string): Promise<boolean>
}

/** The package's own client, with every request sent to another origin: the simulated carrier's. */
class ElsewhereClient extends twilio.RequestClient {
  readonly #origin: string

  constructor(origin: string) {
    super({ timeout: answerMs })
    this.#origin = origin
  }

  override request<TData>(options: Parameters<twilio.RequestClient['request']>[0]) {
    const { pathname, search } = new URL(options.uri)
    return super.request<TData>({ ...options, uri: `${this.#origin}${pathname}${search}` } as never)
  }
}

export function createTwilioRest({
  accountSid,
  authToken,
  apiOrigin,
  clock,
  log,
}: TwilioRestOptions): TwilioRest {
  const client = twilio(accountSid, authToken.reveal(), {
    timeout: answerMs,
    ...(apiOrigin === null ? {} : { httpClient: new ElsewhereClient(apiOrigin) }),
  })
  return {
    async dial({ to, from, url, statusCallback }) {
      for (let tries = 0; ; tries++) {
        try {
          const call = await client.calls.create({
            to,
            from,
            url,
            method: 'POST',
            timeout: ringSeconds,
            statusCallback,
            statusCallbackMethod: 'POST',
            statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          })
          return call.sid
        } catch (error) {
          if (tries + 1 >= mostTries || !maySucceedLater(error)) throw error
          log.warn({ error, operation: 'dial' }, 'the provider could not be asked, and is asked again')
          const waitMs = backoffMs(tries, { firstMs: 400, capMs: 2_000, random: Math.random })
          await new Promise<void>((resolve) => clock.after(waitMs, resolve))
        }
      }
    },
    async isOver(callSid) {
      try {
        const { status } = await client.calls(callSid).fetch()
        return finalStatuses.has(status)
      } catch (error) {
        return statusOf(error) === 404
      }
    },
    async hangUp(callSid) {
      try {
        await client.calls(callSid).update({ status: 'completed' })
      } catch (error) {
        log.info(
          { callSid, error, status: statusOf(error) ?? null },
          'a call was not ended by the provider’s API',
        )
      }
    },
  }
}

function statusOf(error: unknown): number | undefined {
  const { status } = error as { status?: unknown }
  return typeof status === 'number' ? status : undefined
}

/** Not reached, too busy, or stumbled; a refusal stays one. */
function maySucceedLater(error: unknown): boolean {
  const status = statusOf(error)
  return status === undefined || status === 429 || status >= 500
}
