import { aloneAnswer } from '../alone-answer.ts'
import type { NgCommands } from '../ng-commands.ts'
import { NgRefused } from '../ng-error.ts'
import { NgRequest } from '../ng-wire.ts'
import { parseSdp, writeSdp } from '../sdp.ts'
import type { SipCalls } from '../sip-calls.ts'

export type AnchorOffer = {
  /** SIP Call-ID of the caller's leg: what the whole call is called here. */
  readonly callId: string
  readonly fromTag: string
  /** Of the party that gets the offer, within a dialog. */
  readonly toTag?: string
  readonly sdp: string
  readonly label?: 'caller' | 'agent'
  readonly metadata?: Readonly<Record<string, string>>
}
export type AnchorAnswer = AnchorOffer & { readonly toTag: string }

/** The media anchor as the B2BUA uses it: the NG protocol's own commands, without the datagrams. */
export class MediaAnchor {
  readonly #commands: NgCommands
  readonly #calls: SipCalls

  constructor(commands: NgCommands, calls: SipCalls) {
    this.#commands = commands
    this.#calls = calls
  }

  /** What the other party is to be offered. Rejects with NgRefused. */
  offer(offer: AnchorOffer): Promise<string> {
    return this.#exchange('offer', offer)
  }

  /** What the party that offered is to be answered. Rejects with NgRefused. */
  answer(answer: AnchorAnswer): Promise<string> {
    return this.#exchange('answer', answer)
  }

  /** The anchor answers itself, for nobody else is there yet; and what somebody who comes is to be offered. */
  async answerAlone(offer: AnchorOffer): Promise<{ answer: string; forOther: string }> {
    const forOther = await this.offer(offer)
    const call = this.#calls.get(offer.callId)
    const side = call?.tags.get(offer.fromTag)
    if (!call || !side) throw new NgRefused('the call is over')
    const alone = call.answerAlone(side)
    this.#calls.save(call)
    const { rtp, rtcp } = call.legs[side].ports
    const answer = aloneAnswer({
      ...{ ...alone, offer: parseSdp(offer.sdp) },
      ...{ address: this.#calls.address, rtpPort: rtp.port, rtcpPort: rtcp.port, callId: call.callId },
    })
    return { answer: writeSdp(answer), forOther }
  }

  /** A key that the caller's signalling told of. */
  async keyed(callId: string, fromTag: string, code: string): Promise<void> {
    await this.#perform({ command: 'play DTMF', 'call-id': callId, 'from-tag': fromTag, code })
  }

  /** The party of this tag hung up. Harmless when the call is over. */
  async delete(callId: string, fromTag: string): Promise<void> {
    await this.#perform({ command: 'delete', 'call-id': callId, 'from-tag': fromTag })
  }

  /** Our id of the call; undefined when it is over. */
  idOf(callId: string): string | undefined {
    return this.#calls.get(callId)?.callId
  }

  async #exchange(command: 'offer' | 'answer', offer: AnchorOffer): Promise<string> {
    const { callId, fromTag, toTag, sdp, label, metadata = {} } = offer
    const pairs = Object.entries(metadata).map(([key, value]) => `${key}:${value.replaceAll('|', '')}`)
    const reply = await this.#perform({
      ...{ command, 'call-id': callId, 'from-tag': fromTag, sdp, replace: ['origin', 'session-connection'] },
      ...(toTag === undefined ? {} : { 'to-tag': toTag }),
      ...(label === undefined ? {} : { label }),
      ...(pairs.length === 0 ? {} : { metadata: pairs.join('|') }),
    })
    return String(reply.sdp)
  }

  async #perform(request: object) {
    const reply = await this.#commands.perform(NgRequest.parse(request))
    if (reply.result === 'error') throw new NgRefused(String(reply['error-reason']))
    return reply
  }
}
