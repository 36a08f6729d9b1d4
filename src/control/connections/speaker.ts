import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Answer, Call, Dialogue, Move, Outcome } from '../../crm/adapter.ts'
import { readCommonly } from '../../crm/common-reply.ts'
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
    const { clock, log, http, limiter } = this.#options
    const { adapter, origins } = connected
    const account = this.#accountOf(connected)
    const noRoom = await this.#room(connected, account)
    if (noRoom !== undefined) return { kind: 'no-room', untilMs: noRoom }
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
    limiter.give(account)
    const status = reply.kind === 'answered' ? reply.status : null
    const facts = { target: connected.row.id, connector: adapter.id, operation: call.operation, status }
    log.info({ ...facts, latencyMs: Math.round(clock.monotonicMs() - beganMs) }, 'connected system called')
    if (reply.kind === 'answered') this.#learn(connected, account, reply.headers)
    const common = readCommonly(reply)
    if (common.kind === 'unauthorised') return 'unauthorised'
    if (common.kind === 'answer') return common
    if (status === 429 && common.outcome.kind === 'retry')
      limiter.close(account, clock.now() + (common.outcome.afterMs ?? 0))
    return { kind: 'outcome', outcome: common.outcome, status }
  }

  #accountOf({ adapter, origins, account }: Connected): string {
    return `${adapter.id} ${adapter.limits.account(origins.api, account.settings)}`
  }

  /** Undefined: go. Else the moment to come back at. */
  async #room({ adapter, account: { settings } }: Connected, account: string): Promise<number | undefined> {
    const { clock, limiter } = this.#options
    const { limits } = adapter
    const ask = { account, windows: limits.windows(settings), atOnce: limits.atOnce }
    const giveUpMs = clock.now() + shortWaitMs
    for (;;) {
      const room = limiter.take(ask, clock.now())
      if (room.ok) return undefined
      if (room.untilMs > giveUpMs) return room.untilMs
      await new Promise<void>((resolve) => clock.after(room.untilMs - clock.now(), resolve))
    }
  }

  #learn(connected: Connected, account: string, headers: Readonly<Record<string, string>>): void {
    const { clock, limiter } = this.#options
    const { limits } = connected.adapter
    const windows = limits.windows(connected.account.settings)
    for (const { name, left } of limits.left?.(headers) ?? []) {
      const window = windows.find((known) => known.name === name)
      if (window) limiter.learn(account, window, left, clock.now())
    }
  }
}

function failed(because: string, status: number | null): Spoken {
  return { kind: 'outcome', outcome: { kind: 'give-up', because }, status }
}
