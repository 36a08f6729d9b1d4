import type { Clock, Timer } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import type { LegRole } from '../../../contracts/bridge-port.ts'
import type { DialogFiles } from './dialog-files.ts'
import type { MediaAnchor } from './media-anchor.ts'
import { negotiateAsUas, type SessionLimits, type SessionTimer } from './session-timer.ts'
import type { SipDialog, SipHeaders, SipRequest, SipResponse } from './stack.ts'

export type CallParts = {
  readonly anchor: MediaAnchor
  readonly files: DialogFiles
  readonly session: SessionLimits
  readonly clock: Clock
  readonly log: Log
}

/** The session timer, and what we are in the transaction that negotiated it. */
type Session = { readonly we: 'uac' | 'uas'; readonly timer: SessionTimer | null }

type Leg = {
  readonly dialog: SipDialog
  watch: Timer | undefined
  /** Their last description, and what it was answered with. */
  said: { sdp: string; answer: string } | undefined
}

const otherRole = { caller: 'agent', agent: 'caller' } as const

/**
 * A call that ends at Tonewall: a dialog with the caller, and mostly one with an agent, each of which is ended when the
 * other is, whoever ends it: a party, the API, a session timer, a failure.
 */
export class TerminatedCall {
  /** SIP Call-ID and tag of the caller's leg: its name at the anchor. */
  readonly callId: string
  readonly callerTag: string
  readonly #parts: CallParts
  readonly #onOver: () => void
  readonly #legs = new Map<LegRole, Leg>()
  #ringing: SipRequest | undefined
  #changing = false
  #over = false

  constructor(parts: CallParts, named: { callId: string; callerTag: string; onOver: () => void }) {
    this.#parts = parts
    this.callId = named.callId
    this.callerTag = named.callerTag
    this.#onOver = named.onOver
  }

  get over(): boolean {
    return this.#over
  }

  /** The INVITE to the agent is on its way: it is taken back when the call ends before the answer. */
  rings(request: SipRequest): void {
    this.#ringing = request
    if (this.#over) request.cancel(() => {})
  }

  notRinging(): void {
    this.#ringing = undefined
  }

  /** A dialog is there. One that comes too late is ended at once: false. */
  adopt(role: LegRole, dialog: SipDialog, { we, timer }: Session): boolean {
    if (this.#over) {
      this.#bye(dialog)
      return false
    }
    const leg: Leg = { dialog, watch: undefined, said: undefined }
    this.#legs.set(role, leg)
    // Its BYE may have come before anybody could listen for it.
    if (!dialog.connected) {
      this.end(role)
      return false
    }
    this.#keep()
    this.#watch(leg, timer, we)
    dialog.on('destroy', () => this.end(role))
    dialog.on('modify', (request, response) => void this.#modified(role, request, response))
    dialog.on('update', (request, response) => void this.#modified(role, request, response))
    dialog.on('info', (request, response) => void this.#info(role, request, response))
    // Where the call goes next is not a party's to say: the agent hangs up, and the PBX has the caller again.
    dialog.on('refer', (_request, response) => response.send(603))
    return true
  }

  /** Ends everything. `by`: the party that hung up; none when it was neither. Harmless again. */
  end(by?: LegRole): void {
    if (this.#over) return
    this.#over = true
    const { anchor, files, log } = this.#parts
    const tag = by === 'agent' ? this.#legs.get('agent')?.dialog.sip.remoteTag : undefined
    this.#ringing?.cancel(() => {})
    anchor.delete(this.callId, tag ?? this.callerTag).catch((error: unknown) => {
      log.warn({ error }, 'the media of a terminated call could not be ended')
    })
    for (const { dialog, watch } of this.#legs.values()) {
      watch?.cancel()
      this.#bye(dialog)
    }
    files.forget(this.callId)
    this.#onOver()
  }

  #bye(dialog: SipDialog): void {
    if (!dialog.connected) return
    dialog.destroy().catch((error: unknown) => this.#parts.log.warn({ error }, 'a BYE could not be sent'))
  }

  #keep(): void {
    const dialogIds = [...this.#legs.values()].map(({ dialog }) => dialog.id)
    const { files, clock } = this.#parts
    files.save({ callId: this.callId, fromTag: this.callerTag, dialogIds }, clock.now())
  }

  /** The drachtio server refreshes where we have to; a party that has to, and does not, is gone (RFC 4028 §10). */
  #watch(leg: Leg, timer: SessionTimer | null, we: 'uac' | 'uas'): void {
    leg.watch?.cancel()
    leg.watch = undefined
    if (!timer || timer.refresher === we) return
    leg.watch = this.#parts.clock.after(timer.expiresS * 1_000, () => {
      this.#parts.log.warn({ reason: 'session-expired' }, 'a party did not refresh its session')
      this.end()
    })
  }

  async #modified(role: LegRole, request: SipRequest, response: SipResponse): Promise<void> {
    const leg = this.#legs.get(role)
    if (!leg) return response.send(481)
    const session = negotiateAsUas(request, this.#parts.session)
    if (session.refused) return response.send(422, { headers: session.headers })
    const answered = (body?: string): void => {
      this.#watch(leg, session.timer, 'uas')
      const described: SipHeaders = body === undefined ? {} : { 'Content-Type': 'application/sdp' }
      response.send(200, {
        headers: { ...session.headers, ...described },
        ...(body === undefined ? {} : { body }),
      })
    }
    if (request.body === '') return request.method === 'UPDATE' ? answered() : response.send(488)
    if (leg.said?.sdp === request.body) return answered(leg.said.answer)
    // Two changes at once, or one before the caller is there: the asker tries again (RFC 3261 §14.2).
    if (this.#changing || !this.#legs.has('caller')) return response.send(491)
    this.#changing = true
    try {
      const answer = await this.#renegotiate(role, leg, request.body)
      leg.said = { sdp: request.body, answer }
      answered(answer)
    } catch (error) {
      this.#parts.log.warn({ error }, 'a change of a session was refused')
      response.send(488)
    } finally {
      this.#changing = false
    }
  }

  async #renegotiate(role: LegRole, leg: Leg, sdp: string): Promise<string> {
    const { anchor } = this.#parts
    const fromTag = leg.dialog.sip.remoteTag
    const other = this.#legs.get(otherRole[role])
    const named = { callId: this.callId, fromTag, sdp }
    if (!other) return (await anchor.answerAlone(named)).answer
    const toTag = other.dialog.sip.remoteTag
    const offered = await anchor.offer({ ...named, toTag })
    const theirs = await other.dialog.modify(offered)
    return anchor.answer({ callId: this.callId, fromTag, toTag, sdp: theirs })
  }

  /** Keys go to the anchor, and never further; nothing else is said by INFO here. */
  async #info(role: LegRole, request: SipRequest, response: SipResponse): Promise<void> {
    const code = keyOf(request)
    if (code === undefined) return response.send(415)
    const leg = this.#legs.get(role)
    if (role === 'caller' && leg)
      await this.#parts.anchor.keyed(this.callId, leg.dialog.sip.remoteTag, code).catch(() => {})
    response.send(200)
  }
}

/** `application/dtmf-relay` and `application/dtmf`; an empty text for a key that there is not. */
function keyOf(request: SipRequest): string | undefined {
  const type = request.get('Content-Type')?.toLowerCase() ?? ''
  if (type.startsWith('application/dtmf-relay'))
    return /signal\s*=\s*([0-9A-D*#]{1,2})\s/i.exec(`${request.body}\n`)?.[1] ?? ''
  return type.startsWith('application/dtmf') ? request.body.trim() : undefined
}
