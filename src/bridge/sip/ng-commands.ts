import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { audioLine, describeAudio } from './audio-description.ts'
import { NoMediaPort } from './media-ports.ts'
import { NgRefused } from './ng-error.ts'
import { answerQuery, answerStatistics } from './ng-reports.ts'
import { type NgReply, type NgRequest, normalisedWord, readMetadata } from './ng-wire.ts'
import { otherSide, type Side } from './party-rule.ts'
import { type Profile, readProfile } from './profile.ts'
import { rewriteSdp } from './rewrite-sdp.ts'
import { parseSdp, type Sdp, SdpInvalid, writeSdp } from './sdp.ts'
import { type Described, type SipCall, sides } from './sip-call.ts'
import type { SipCalls } from './sip-calls.ts'
import type { Terms } from './srtp/call-keys.ts'
import { readCryptoLines } from './srtp/sdes.ts'

const usualListLimit = 32
const ok: NgReply = { result: 'ok' }

/** Nothing of the kind ever runs here, so it is off. */
const harmlessWhenOff = new Set(['stop recording', 'pause recording', 'stop forwarding', 'stop media'])

export type NgCommandsOptions = { readonly calls: SipCalls; readonly clock: Clock; readonly log: Log }

/** What the NG protocol's commands do. One call's commands run one after the other. */
export class NgCommands {
  readonly #options: NgCommandsOptions
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #startedAtMs: number
  #accepting = true

  constructor(options: NgCommandsOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.monotonicMs()
  }

  /** New calls are refused from here on, so that the proxy takes another bridge. */
  stopAccepting(): void {
    this.#accepting = false
  }

  /** Never rejects: what goes wrong is an error reply. */
  async perform(request: NgRequest): Promise<NgReply> {
    const callId = request['call-id']
    const before = callId === undefined ? undefined : this.#turns.get(callId)
    const turn = Promise.resolve(before).then(() => this.#perform(request))
    if (callId === undefined) return turn
    this.#turns.set(callId, turn)
    const reply = await turn
    if (this.#turns.get(callId) === turn) this.#turns.delete(callId)
    return reply
  }

  async #perform(request: NgRequest): Promise<NgReply> {
    try {
      return await this.#answer(request)
    } catch (error) {
      return { result: 'error', 'error-reason': this.#reasonOf(error, request.command) }
    }
  }

  #reasonOf(error: unknown, command: string): string {
    const { log } = this.#options
    log.warn({ method: command, error }, 'NG request refused')
    if (error instanceof SdpInvalid) return `SDP: ${error.message}`
    if (error instanceof NgRefused || error instanceof NoMediaPort) return error.message
    return error instanceof AppError ? error.code : 'internal error'
  }

  async #answer(request: NgRequest): Promise<NgReply> {
    const { calls } = this.#options
    switch (request.command) {
      case 'ping':
        return { result: 'pong' }
      case 'offer':
        return this.#offer(request)
      case 'answer':
        return this.#answerOffer(request)
      case 'delete':
        return this.#delete(request)
      case 'query':
        return answerQuery(this.#known(request))
      case 'list':
        return {
          ...ok,
          calls: calls
            .all()
            .slice(0, request.limit ?? usualListLimit)
            .map(({ options }) => options.ngCallId),
        }
      case 'statistics':
        return answerStatistics(calls, this.#options.clock.monotonicMs() - this.#startedAtMs)
      case 'block DTMF':
      case 'unblock DTMF':
        return this.#blockDtmf(request, request.command === 'block DTMF')
      case 'block media':
      case 'unblock media':
        return this.#blockMedia(request, request.command === 'block media')
      case 'play DTMF':
        return this.#playDtmf(request)
      default:
        if (harmlessWhenOff.has(request.command)) return ok
        throw new NgRefused(`not supported: ${printable(request.command)}`)
    }
  }

  async #offer(request: NgRequest): Promise<NgReply> {
    const { calls } = this.#options
    const [ngCallId, fromTag] = [needed(request, 'call-id'), needed(request, 'from-tag')]
    const sdp = readSdp(request)
    const described = describe(sdp, request)
    calls.keep(ngCallId)
    let call = calls.get(ngCallId)
    if (!call) {
      if (!this.#accepting) throw new NgRefused('the bridge is stopping')
      call = await calls.open({
        ngCallId,
        direction: request.direction,
        metadata: readMetadata(request.metadata),
        offererLabel: request.label,
      })
    }
    const side = call.sideOf(fromTag, request['to-tag'])
    if (request.label !== undefined) call.labels[side] = request.label
    const terms = this.#offerTo(call, { side, described, request })
    calls.learn(call, readMetadata(request.metadata))
    calls.save(call)
    return { ...ok, sdp: this.#rewritten(call, { sdp, side, request, terms }) }
  }

  /** Takes an offer; a call that begins with one that is refused has not begun. */
  #offerTo(
    call: SipCall,
    { side, described, request }: { side: Side; described: Described | null; request: NgRequest },
  ): Terms {
    if (!described) return inTheClear
    const { begun } = call
    try {
      call.offered(side, described)
      return call.keys.invite(side, wantedProfile(request))
    } catch (error) {
      if (!begun) this.#options.calls.delete(call, side, 0)
      throw error
    }
  }

  #answerOffer(request: NgRequest): NgReply {
    const { calls } = this.#options
    const call = this.#known(request)
    const [fromTag, toTag] = [needed(request, 'from-tag'), needed(request, 'to-tag')]
    const offerer = call.tags.get(fromTag)
    if (!offerer) throw new NgRefused('unknown from-tag')
    const side = otherSide[offerer]
    const sdp = readSdp(request)
    const described = describe(sdp, request)
    calls.keep(call.options.ngCallId)
    call.tags.set(toTag, side)
    if (request.label !== undefined) call.labels[side] = request.label
    // Who answers is known before both are there: a live call already has its agent's name.
    calls.learn(call, readMetadata(request.metadata))
    const terms = described ? call.answeredBy(side, described) : inTheClear
    calls.save(call)
    return { ...ok, sdp: this.#rewritten(call, { sdp, side, request, terms }) }
  }

  #delete(request: NgRequest): NgReply {
    const { calls } = this.#options
    const call = calls.get(needed(request, 'call-id'))
    // It is gone, which is what was asked for: a proxy that repeats itself gets no error (as with rtpengine).
    if (!call) return { ...ok, warning: 'unknown call-id' }
    const toTag = request['to-tag']
    const hungUp = call.tags.get(request['from-tag'] ?? '') ?? 'offerer'
    const forks = [...call.tags].filter(([, side]) => side === otherSide[hungUp])
    if (toTag !== undefined && forks.length > 1 && forks.at(-1)?.[0] !== toTag && call.tags.has(toTag)) {
      // One of several forks gave up: the one that was heard of last goes on.
      call.tags.delete(toTag)
      calls.save(call)
      return ok
    }
    calls.delete(call, hungUp, request['delete-delay'] ?? 0)
    return ok
  }

  async #blockDtmf(request: NgRequest, block: boolean): Promise<NgReply> {
    const call = this.#known(request)
    if (block) call.bridge.block()
    else await call.bridge.unblock()
    return ok
  }

  /** Without a tag nobody hears anybody. */
  #blockMedia(request: NgRequest, block: boolean): NgReply {
    const call = this.#known(request)
    for (const side of this.#meant(call, request)) call.legs[otherSide[side]].deaf = block
    return ok
  }

  #playDtmf(request: NgRequest): NgReply {
    const call = this.#known(request)
    const [side] = this.#meant(call, request)
    const code = '0123456789*#ABCD'.indexOf(request.code?.toUpperCase() ?? '?')
    const spelt = /^1[0-5]$/.test(request.code ?? '') ? Number(request.code) : code
    if (spelt < 0 || request.code === '') throw new NgRefused('no key has this code')
    call.keyed(side ?? 'offerer', spelt, request.duration)
    return ok
  }

  #meant(call: SipCall, request: NgRequest): readonly Side[] {
    const tag = request['from-tag']
    if (tag === undefined) return sides
    const side = call.tags.get(tag)
    if (!side) throw new NgRefused('unknown from-tag')
    return [side]
  }

  #known(request: NgRequest): SipCall {
    const call = this.#options.calls.get(needed(request, 'call-id'))
    if (!call) throw new NgRefused('unknown call-id')
    return call
  }

  /** `side`'s description, as the other side gets it. */
  #rewritten(call: SipCall, { sdp, side, request, terms }: Rewriting): string {
    const { ports } = call.legs[otherSide[side]]
    const replace = new Set([...request.replace, ...request.flags].map(normalisedWord))
    const rewritten = rewriteSdp(sdp, {
      address: this.#options.calls.address,
      rtpPort: ports.rtp.port,
      rtcpPort: ports.rtcp.port,
      terms,
      replaceOrigin: replace.has('origin') || replace.has('replace-origin'),
      replaceSessionConnection:
        replace.has('session-connection') || replace.has('replace-session-connection'),
      callId: call.callId,
    })
    return writeSdp(rewritten)
  }
}

/** Of a description without audio. */
const inTheClear: Terms = { profile: { secure: false, feedback: false }, lines: [] }

type Rewriting = {
  readonly sdp: Sdp
  readonly side: Side
  readonly request: NgRequest
  readonly terms: Terms
}

/** The profile that the edge wants on the other side of an offer; undefined: whatever comes by itself. */
function wantedProfile(request: NgRequest): Profile | undefined {
  const transport = request['transport-protocol']
  return transport === undefined ? undefined : readProfile(transport)
}

function readSdp(request: NgRequest): Sdp {
  wantedProfile(request)
  if (request.ice !== undefined && /^force/.test(request.ice)) throw new NgRefused('ICE is not spoken')
  return parseSdp(needed(request, 'sdp'))
}

/** Null when there is no audio: then there is nothing to anchor. */
function describe(sdp: Sdp, request: NgRequest): Described | null {
  const media = audioLine(sdp)
  if (!media) return null
  const audio = describeAudio(sdp, media)
  const [, from] = request['received-from']
  const alsoFrom = from !== undefined && isIP(from) !== 0 ? from : undefined
  const isBehindNat = request.flags.some((flag) => normalisedWord(flag) === 'sip-source-address')
  const profile = readProfile(media.protocol)
  const terms = { profile, lines: profile.secure ? readCryptoLines(media.lines) : [] }
  if (!isBehindNat || alsoFrom === undefined) return { audio, terms, alsoFrom: undefined }
  return { audio: { ...audio, address: audio.receives ? alsoFrom : audio.address }, terms, alsoFrom }
}

function needed(request: NgRequest, key: 'call-id' | 'from-tag' | 'to-tag' | 'sdp'): string {
  const value = request[key]
  if (value === undefined) throw new NgRefused(`no ${key} in the message`)
  return value
}

function printable(command: string): string {
  return command.replaceAll(/[^\w ./-]/g, '?').slice(0, 60)
}
