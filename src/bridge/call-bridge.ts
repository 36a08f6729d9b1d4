import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { BridgeEvent, CallView, LegEnd, LegRole } from '../contracts/bridge-port.ts'
import type { G711Law, ToneChannel } from '../dsp/tone-channel.ts'
import {
  CodecNotMaskable,
  DigitsRouted,
  MaskNotConfirmed,
  NotMasked,
  ToneGuardFailed,
  ToneHeld,
} from './bridge-errors.ts'
import { CallerAids } from './caller-aids.ts'
import { CallerGuard, type Press } from './caller-guard.ts'
import { DigitRoute, type RouteRequest } from './digit-route.ts'
import { type FrameStage, untouched } from './frame-stage.ts'
import { Leg } from './leg.ts'
import { linkLegs } from './leg-link.ts'
import type { LegListener, LegStream } from './leg-stream.ts'
import { octetsPerMs } from './paced-path.ts'
import { Until } from './until.ts'

/** How long a mask may take to stand in the media path, in ms: some look-ahead's worth of audio has to flow. */
const confirmWithinMs = 2_000
/** How long an unmask waits for a tone to end, in ms. */
const quietWithinMs = 3_000
/** A mask that was taken up from an earlier life stays until nobody has keyed for so long, in ms. */
const calmMs = 6_000

export type CallBridgeOptions = {
  readonly callId: string
  readonly clock: Clock
  readonly log: Log
  readonly jitterMs: number
  readonly newToneChannel: (law: G711Law) => ToneChannel
  readonly emit: (event: BridgeEvent) => void
}

/**
 * The legs joined in one call. The mask belongs to the call and not to a leg: a caller whose stream drops comes back
 * masked. Only `unmask` takes it off; losing control, a leg or the collection never does.
 */
export class CallBridge {
  readonly #options: CallBridgeOptions
  readonly #until: Until
  readonly #legs = new Map<LegRole, Leg>()
  #guard: CallerGuard | undefined
  #masked = false
  /** The SIP side asked for it, and takes it back itself. */
  #blocked = false
  /** Of a call taken up from an earlier life: when it was, or when a key was pressed last. Monotonic ms. */
  #restlessAtMs: number | undefined
  /** When the mask was put on, or a key was last heard behind it. */
  #stirredAtMs = 0
  /** Counts maskings: an unmask that still waits is void when a mask has been asked for since. */
  #maskings = 0
  /** One party has put the other on hold. */
  #held = false
  readonly #route: DigitRoute
  /** Prompts to the caller, keys of menus, silence towards the agent. */
  readonly aids: CallerAids

  constructor(options: CallBridgeOptions) {
    this.#options = options
    this.#until = new Until(options.clock)
    this.#route = new DigitRoute(options)
    this.aids = new CallerAids({
      ...options,
      toCaller: (octets, law) => this.#legs.get('caller')?.play(octets, law),
      hasAgent: () => this.#legs.has('agent'),
      masked: () => this.#masked,
      routed: () => this.#route.taken,
      mediaMs: () => this.#legs.get('caller')?.mediaMs ?? 0,
      onChange: () => this.#link(),
    })
  }

  /** True while no tone and no telephone event of the caller may reach the agent, whoever asked for it. */
  get hides(): boolean {
    return this.#masked || this.#blocked
  }

  get hasLegs(): boolean {
    return this.#legs.size > 0
  }

  view(): CallView {
    const legs = [...this.#legs.values()].map(({ role, stream }) => ({ role, streamSid: stream.streamSid }))
    const view = { callId: this.#options.callId, legs, masked: this.#masked }
    const { collectionId } = this.#route
    return collectionId === undefined ? view : { ...view, collectionId }
  }

  /** From here on the caller's audio is masked, the first frame of a leg yet to join included. */
  arm(): void {
    if (!this.#masked) this.#stirredAtMs = this.#options.clock.monotonicMs()
    this.#masked = true
    this.#maskings++
    this.#guard?.arm()
  }

  /**
   * As `arm`, for a call whose earlier life was cut off: the caller may be in the middle of a card and knows nothing
   * of it, so that the end of the collection is no reason yet to unmask.
   */
  armRestless(): void {
    this.arm()
    this.#restlessAtMs = this.#options.clock.monotonicMs()
  }

  /** Arms, and settles when the delay line stands in the media path. Throws MaskNotConfirmed, and stays armed. */
  async mask(): Promise<void> {
    // Refused before anything is armed: the mask would have to cut the caller off.
    if (!this.#masked && this.#legs.get('caller')?.stream.maskable === false) throw new CodecNotMaskable()
    this.arm()
    if (this.#guard?.failed) throw new ToneGuardFailed()
    const guard = this.#guard
    const octets = guard?.octets ?? 0
    // A channel that nothing flows through proves nothing: a frame has to have come since it was asked for.
    const stands = () =>
      this.#masked &&
      this.#guard?.secured === true &&
      this.#guard.octets > (this.#guard === guard ? octets : 0)
    if (!(await this.#until.wait(stands, confirmWithinMs))) throw new MaskNotConfirmed()
  }

  /** Takes the mask off once no tone is heard or held, and no key has been pressed for `calmMs`. */
  async unmask(calmMs = 0): Promise<void> {
    if (this.#route.taken) throw new DigitsRouted()
    if (!this.#masked) return
    if (this.#options.clock.monotonicMs() - this.#stirredAtMs < calmMs) throw new ToneHeld()
    if (this.#guard?.failed) throw new ToneGuardFailed()
    if (this.#isRestless) throw new ToneHeld()
    const masking = this.#maskings
    const mayUnmask = () => this.#isQuiet
    const isQuiet = await this.#until.wait(mayUnmask, quietWithinMs)
    if (this.#route.taken) throw new DigitsRouted()
    if (!isQuiet || masking !== this.#maskings || !mayUnmask() || this.#isRestless) throw new ToneHeld()
    if (!this.#blocked) this.#guard?.disarm()
    this.#masked = false
    this.aids.mute(false)
    this.#restlessAtMs = undefined
  }

  /** As `arm`, at the wish of the SIP side, and until it says otherwise. Control's mask is not touched by it. */
  block(): void {
    this.#blocked = true
    this.#guard?.arm()
  }

  /** Settles when it is done: a tone that is heard or held has to end first. Throws ToneHeld. */
  async unblock(): Promise<void> {
    if (!this.#blocked) return
    const mayUnblock = () => this.#masked || this.#isQuiet
    if (!(await this.#until.wait(mayUnblock, quietWithinMs))) throw new ToneHeld()
    this.#blocked = false
    if (!this.#masked) this.#guard?.disarm()
  }

  /** Connects to the collection. Presses that begin from now on go there. */
  async routeDigits(request: RouteRequest): Promise<void> {
    if (this.#route.collectionId === request.collectionId) return
    if (this.#route.taken) throw new DigitsRouted()
    const guard = this.#guard
    if (!this.#masked || !guard?.secured) throw new NotMasked()
    // Behind the mask that it was asked for behind, or not at all.
    await this.#route.open(request, () =>
      this.#guard === guard ? this.#legs.get('caller')?.mediaMs : undefined,
    )
    this.aids.dropKeys()
    if (this.#held) this.#tellHold()
  }

  /** The signalling says that one party holds the other, or no longer. */
  hold(held: boolean): void {
    if (held === this.#held) return
    this.#held = held
    this.#tellHold()
  }

  stopDigits(collectionId: string): void {
    this.#route.close(collectionId)
  }

  /** A stream becomes the leg of `role`; an older one of the same role ends. */
  join(role: LegRole, stream: LegStream): LegListener {
    this.#legs.get(role)?.stream.close('replaced')
    const leg = role === 'caller' ? this.#callerLeg(stream) : this.#leg('agent', stream, untouched)
    this.#legs.set(role, leg)
    this.#link()
    if (role === 'agent') this.aids.agentJoined()
    const { callId, log, emit } = this.#options
    log.info({ callId, role, streamSid: stream.streamSid }, 'leg joined')
    emit({ type: 'leg-joined', callId, role, streamSid: stream.streamSid, masked: this.#masked })
    return this.#listen(leg)
  }

  end(why: LegEnd): void {
    this.#route.end()
    this.aids.close()
    for (const leg of [...this.#legs.values()]) leg.stream.close(why)
  }

  get #isRestless(): boolean {
    if (this.#restlessAtMs === undefined) return false
    return this.#options.clock.monotonicMs() - this.#restlessAtMs < calmMs
  }

  get #isQuiet(): boolean {
    if (this.#legs.get('caller')?.stream.keyDown) return false
    return this.#guard === undefined || this.#guard.quiet
  }

  #callerLeg(stream: LegStream): Leg {
    const { callId, log } = this.#options
    const guard = new CallerGuard({
      channel: this.#options.newToneChannel(stream.law),
      log,
      callId,
      onPress: (press) => this.#pressed(press),
      onFrame: () => this.#until.check(),
      onFailed: () => {
        this.arm()
        this.#legs.get('agent')?.stream.clear()
      },
    })
    if (this.hides) guard.arm()
    this.#guard = guard
    return this.#leg('caller', stream, guard.stage)
  }

  #leg(role: LegRole, stream: LegStream, stage: FrameStage): Leg {
    const { clock, jitterMs } = this.#options
    const { law } = stream
    const toAgent = (octets: Uint8Array) =>
      this.#legs.get('agent')?.play(this.aids.forAgent(octets, law), law)
    const forward = role === 'caller' ? toAgent : (octets: Uint8Array) => this.aids.hear(octets, law)
    return new Leg({ role, stream, clock, jitterMs, stage, forward })
  }

  /** Regular packets of either party go straight to the other, where both can. */
  #link(): void {
    linkLegs(this.#legs.get('caller'), this.#legs.get('agent'), this.aids)
  }

  #listen(leg: Leg): LegListener {
    const isCaller = leg.role === 'caller'
    return {
      media: (octets) => leg.heard(octets),
      lost: (octets) => leg.lost(octets),
      // What the agent keys is never a card's.
      digit: (code) => {
        if (isCaller) this.#guard?.message(code, leg.mediaMs, leg.path.queuedOctets / octetsPerMs)
      },
      mark: (name) => {
        const frames = leg.played(name)
        if (frames > 0) this.#legs.get(isCaller ? 'agent' : 'caller')?.path.skip(frames)
      },
      ended: (why) => this.#left(leg, why),
    }
  }

  #left(leg: Leg, why: LegEnd): void {
    leg.close()
    const { callId, log, emit } = this.#options
    const { role, stream } = leg
    if (this.#legs.get(role) === leg) {
      this.#legs.delete(role)
      this.#link()
      if (role === 'caller') {
        this.#guard = undefined
        this.aids.close()
      }
    }
    log.info({ callId, role, streamSid: stream.streamSid, reason: why }, 'leg left')
    emit({ type: 'leg-left', callId, role, streamSid: stream.streamSid, why })
    if (role === 'caller') this.#route.callerLeft()
  }

  #pressed(press: Press): void {
    this.#stirredAtMs = this.#options.clock.monotonicMs()
    if (this.#restlessAtMs !== undefined) this.#restlessAtMs = this.#options.clock.monotonicMs()
    this.aids.pressed(press.digit, press.onsetMs)
    this.#route.pressed(press)
  }

  #tellHold(): void {
    const { callId, emit } = this.#options
    emit({ type: 'hold', callId, held: this.#held })
  }
}
