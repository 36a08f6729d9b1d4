import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Answer, Call, Dialogue, Move, Outcome } from '../../crm/adapter.ts'
import { readCommonly } from '../../crm/common-reply.ts'
import type { Ask, Room, Settled } from './account-room.ts'
import type { ConnectionHttp } from './connection-http.ts'
import type { Connected } from './connection-row.ts'
import type { Limiter } from './limiter.ts'
import type { AccessToken, TokenKeeper } from './token-keeper.ts'

/** More calls than any adapter needs for one event: one that goes round in circles. */
const mostCalls = 24
/** A conversation that found no room waits a moment for it, rather than to begin anew, in ms. */
const shortWaitMs = 2_000

export type SpeakerOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly http: ConnectionHttp
  readonly tokens: TokenKeeper
  readonly limiter: Limiter
}

export type Spoken =
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly status: number | null }
  /** No room in the account's limits. Nothing was sent, or what was sent is found again. */
  | { readonly kind: 'no-room'; readonly untilMs: number }
  | { readonly kind: 'reconnect'; readonly because: string }

type Said =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | Exclude<Spoken, { kind: 'outcome' }>
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly status: number | null }

/** Holds an adapter's conversation: adds the token, keeps to the limits, and reads what is the same everywhere. */
export class Speaker {
  readonly #options: SpeakerOptions

  constructor(options: SpeakerOptions) {
    this.#options = options
  }

  async converse<R>(connected: Connected, dialogue: Dialogue<R>, request: R): Promise<Spoken> {
    const { account } = connected
    let move: Move = dialogue.open(request, account)
    let status: number | null = null
    for (let calls = 0; move.do === 'call'; calls++) {
      if (calls === mostCalls) return failed('too many calls', status)
      const said = await this.#say(connected, move.call)
      if (said.kind !== 'answer') return said
      status = said.answer.status
      move = dialogue.next(move.state, said.answer, { request, account })
    }
    return { kind: 'outcome', outcome: move.outcome, status }
  }

  async #say(connected: Connected, call: Call): Promise<Said> {
    let refused: AccessToken | undefined
    for (;;) {
      const token = await this.#options.tokens.tokenOf(connected, refused?.version)
      if (token.kind === 'later') {
        const { because, afterMs } = token
        const wait = afterMs === undefined ? {} : { afterMs }
        return { kind: 'outcome', outcome: { kind: 'retry', because, ...wait }, status: null }
      }
      if (token.kind === 'reconnect') return token
      const said = await this.#send(connected, call, token.access)
      if (said !== 'unauthorised') return said
      // Once, with a token that is new: a second refusal is not about the token's age.
      if (refused) return { kind: 'reconnect', because: 'token-refused' }
      refused = token.access
    }
  }

  async #send(connected: Connected, call: Call, { token }: AccessToken): Promise<Said | 'unauthorised'> {
    const { clock, log, http } = this.#options
    const { adapter, origins } = connected
    const ask = askOf(connected)
    const room = await this.#room(ask)
    if (!room.ok) return { kind: 'no-room', untilMs: room.untilMs }
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...call.headers,
      authorization: `Bearer ${token.reveal()}`,
    }
    if (call.body !== undefined) headers['content-type'] = 'application/json'
    const beganMs = clock.monotonicMs()
    const body = call.body === undefined ? null : JSON.stringify(call.body)
    const url = `${origins.api}${call.path}`
    const reply = await http.send({ url, method: call.method, headers, body })
    const status = reply.kind === 'answered' ? reply.status : null
    const facts = { target: connected.row.id, connector: adapter.id, operation: call.operation, status }
    log.info({ ...facts, latencyMs: Math.round(clock.monotonicMs() - beganMs) }, 'connected system called')
    const common = readCommonly(reply)
    const closesForMs = status === 429 && common.kind === 'outcome' ? waitOf(common.outcome) : undefined
    await this.#settle(ask, {
      placeMs: room.placeMs,
      left: reply.kind === 'answered' ? (adapter.limits.left?.(reply.headers) ?? []) : [],
      closedUntilMs: closesForMs === undefined ? 0 : clock.now() + closesForMs,
    })
    if (common.kind === 'unauthorised') return 'unauthorised'
    if (common.kind === 'answer') return common
    return { kind: 'outcome', outcome: common.outcome, status }
  }

  /** Room; or none within the moment that is worth waiting for, and when to come back. */
  async #room(ask: Ask): Promise<Room> {
    const { clock, limiter } = this.#options
    const giveUpMs = clock.now() + shortWaitMs
    for (;;) {
      const room = await limiter.take(ask)
      if (room.ok || room.untilMs > giveUpMs) return room
      await new Promise<void>((resolve) => clock.after(room.untilMs - clock.now(), resolve))
    }
  }

  /** What the other side answered is worth more than our count of it, which mends itself. */
  async #settle(ask: Ask, settled: Settled): Promise<void> {
    const { limiter, log } = this.#options
    await limiter
      .settle(ask, settled)
      .catch((error: unknown) =>
        log.warn({ error }, 'an answer was not counted towards the account’s limits'),
      )
  }
}

function askOf({ adapter, origins, account: { settings } }: Connected): Ask {
  const { limits } = adapter
  const account = `${adapter.id} ${limits.account(origins.api, settings)}`
  return { account, windows: limits.windows(settings), atOnce: limits.atOnce }
}

function waitOf(outcome: Outcome): number | undefined {
  return outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : undefined
}

function failed(because: string, status: number | null): Spoken {
  return { kind: 'outcome', outcome: { kind: 'give-up', because }, status }
}
