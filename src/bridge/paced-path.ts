import type { Clock, Timer } from '../base/clock.ts'
import type { FrameStage } from './frame-stage.ts'
import { JitterQueue } from './jitter-queue.ts'
import { gate, int, LegNumbers, real } from './leg-numbers.ts'
import { frameOctets } from './stream/media-writer.ts'

/** G.711 octets of one millisecond. */
export const octetsPerMs = 8

/**
 * How far ahead of the even pace a frame may leave, in ms: ordinary jitter passes without a timer and without delay.
 * It is what the far end may have to hold more than before, and less than its tracker takes for too much.
 */
const aheadMs = 40
/** The same for a frame that finds nobody waiting: one that is a little early need not begin a queue for those behind it. */
export const easyMs = 55
/** Over how many frames the queue is watched before what never drains is cut: a second. */
export const windowFrames = 50
/** Frames between two that are left out on request, so that speech stays understandable. */
const framesBetweenSkips = 5
/** Frames that one message may add at once. */
const spareFrames = 12

export type PacedPathOptions = {
  readonly clock: Clock
  /** Most that waits here, in ms. */
  readonly jitterMs: number
  readonly stage: FrameStage
  readonly send: (octets: Uint8Array) => void
  /** Where it keeps count. */
  readonly numbers?: LegNumbers
}

/** More frames than ever wait. */
export const many = 0x7fff

/**
 * One direction of a call: takes frames as the network brings them and lets them go at the pace of speech.
 *
 * The pace is a virtual schedule (the GCRA of ITU-T I.371): a frame may leave at most `aheadMs` before its time, and
 * a frame that comes late moves the schedule on. So no more audio leaves than time has passed, whatever bursts come
 * in, and the far end's buffer cannot grow. Audio that waits longer than it has to (after a stall, or from a sender
 * whose clock runs fast) is cut: at once beyond `jitterMs`, and otherwise what was in the queue for a whole window.
 *
 * Everything that came in goes through the stage, in order, even when it is cut on the way out: a digit that is keyed
 * in a burst still counts. A frame that is only late is no gap to the stage; one that never came is.
 */
export class PacedPath {
  readonly #options: PacedPathOptions
  readonly #queue: JitterQueue
  readonly #limitOctets: number
  readonly #out = Buffer.allocUnsafeSlow(frameOctets)
  readonly #numbers: LegNumbers
  #timer: Timer | undefined
  #skips = 0
  #closed = false
  #cut = 0
  #lost = 0

  constructor(options: PacedPathOptions) {
    this.#options = options
    this.#numbers = options.numbers ?? new LegNumbers()
    const { ints, at, reals, realsAt } = this.#numbers
    reals[realsAt + real.dueMs] = Number.NEGATIVE_INFINITY
    ints[at + int.unhindered] = 0
    ints[at + int.sinceSkip] = 0
    ints[at + int.framesSent] = 0
    ints[at + int.windowLeft] = windowFrames
    ints[at + int.windowLeast] = many
    this.#limitOctets = options.jitterMs * octetsPerMs
    this.#queue = new JitterQueue(Math.ceil(options.jitterMs / 20) + spareFrames)
  }

  /** Frames since the path began. */
  get counts(): { readonly sent: number; readonly cut: number; readonly lost: number } {
    return {
      sent: this.#numbers.ints[this.#numbers.at + int.framesSent]!,
      cut: this.#cut,
      lost: this.#lost,
    }
  }

  get stage(): FrameStage {
    return this.#options.stage
  }

  /** Lets a frame go on that has gone through the stage and been counted elsewhere. */
  forward(octets: Uint8Array): void {
    if (!this.#closed) this.#options.send(octets)
  }

  get queuedOctets(): number {
    return this.#queue.octets
  }

  push(octets: Uint8Array): void {
    if (this.#closed || this.#passed(octets)) return
    for (let at = 0; at < octets.length; at += frameOctets) {
      if (this.#queue.full) this.#take(false)
      this.#queue.push(octets.length <= frameOctets ? octets : octets.subarray(at, at + frameOctets))
    }
    this.#bound()
  }

  /** `octets` never came. The stage hears of the gap; the far end hears its concealment unless the time is over. */
  pushLost(octets: number): void {
    if (this.#closed) return
    for (let left = octets; left > 0; left -= frameOctets) {
      if (this.#queue.full) this.#take(false)
      this.#queue.pushLost(Math.min(left, frameOctets))
      this.#lost++
    }
    this.#bound()
  }

  /** Leaves out `frames` frames, spread: the far end has more waiting than it should. */
  skip(frames: number): void {
    this.#skips = frames
    this.#gate()
  }

  /** Wipes what waits. Nothing passes afterwards. */
  close(): void {
    this.#closed = true
    this.#gate()
    this.#timer?.cancel()
    while (this.#queue.length > 0) this.#queue.drop()
    this.#out.fill(0)
    this.#options.stage.release()
  }

  /** In time and with nobody before it, as nearly all are: a frame goes on without being kept. */
  #passed(octets: Uint8Array): boolean {
    if (this.#queue.length > 0 || this.#timer || this.#skips > 0 || octets.length > frameOctets) return false
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#dueMs - easyMs > nowMs) return false
    this.#dueMs = Math.max(this.#dueMs, nowMs) + octets.length / octetsPerMs
    this.#numbers.ints[this.#numbers.at + int.unhindered] = 1
    this.#leave(this.#process(octets))
    this.#watch()
    this.#gate()
    return true
  }

  #bound(): void {
    while (this.#queue.octets > this.#limitOctets && this.#queue.length > 1) this.#take(false)
    this.#pump()
  }

  #pump(): void {
    this.#advance()
    this.#gate()
  }

  #advance(): void {
    if (this.#timer || this.#closed) return
    const queue = this.#queue
    while (queue.length > 0) {
      const nowMs = this.#options.clock.monotonicMs()
      const waitMs = this.#dueMs - aheadMs - nowMs
      if (waitMs > 0) {
        this.#timer = this.#options.clock.after(waitMs, () => {
          this.#timer = undefined
          this.#pump()
        })
        return
      }
      const headMs = queue.headOctets / octetsPerMs
      if (queue.headLost && nowMs - this.#dueMs >= headMs) {
        // The far end went without while the gap lasted: to fill it now would only add delay.
        this.#take(false)
        this.#dueMs += headMs
      } else if (
        this.#skips > 0 &&
        this.#numbers.ints[this.#numbers.at + int.sinceSkip]! >= framesBetweenSkips
      ) {
        this.#skips--
        this.#numbers.ints[this.#numbers.at + int.sinceSkip] = 0
        this.#take(false)
      } else {
        this.#dueMs = Math.max(this.#dueMs, nowMs) + headMs
        this.#take(true)
        this.#watch()
      }
    }
  }

  /** Moves the oldest frame through the stage. */
  #take(mayLeave: boolean): void {
    const queue = this.#queue
    const { head } = queue
    const output = queue.headLost ? this.#conceal(queue.headOctets) : this.#process(head)
    if (this.#closed) return
    if (mayLeave) this.#leave(output)
    else this.#cut++
    // Whoever closed the path meanwhile has dropped it.
    if (queue.length > 0) queue.drop()
  }

  /** What becomes of a frame: itself, or in our memory; undefined when nothing of it may be sent. */
  #process(octets: Uint8Array): Uint8Array | undefined {
    const { stage } = this.#options
    if (stage.asIs) return octets
    const output = this.#room(octets.length)
    return stage.process(octets, output) ? output : undefined
  }

  #conceal(octets: number): Uint8Array | undefined {
    const output = this.#room(octets)
    return this.#options.stage.lost(octets, output) ? output : undefined
  }

  #room(octets: number): Uint8Array {
    return octets === frameOctets ? this.#out : this.#out.subarray(0, octets)
  }

  #leave(output: Uint8Array | undefined): void {
    if (this.#closed) return
    this.#numbers.ints[this.#numbers.at + int.sinceSkip]!++
    if (!output) return
    this.#numbers.ints[this.#numbers.at + int.framesSent]!++
    this.#options.send(output)
  }

  /** Cuts what has been in the queue throughout the window: delay that no jitter needs. */
  #watch(): void {
    const { ints, at } = this.#numbers
    const least = Math.min(ints[at + int.windowLeast]!, this.#queue.length)
    ints[at + int.windowLeast] = least
    if (--ints[at + int.windowLeft]! > 0) return
    // Every frame had to wait, less than a frame's time: it would stay so for the rest of the call, with a timer a frame.
    if (least === 0 && ints[at + int.unhindered] === 0) this.#skips++
    ints[at + int.unhindered] = 0
    for (let surplus = least; surplus > 0 && this.#queue.length > 0; surplus--) this.#take(false)
    ints[at + int.windowLeft] = windowFrames
    ints[at + int.windowLeast] = many
  }

  get #dueMs(): number {
    return this.#numbers.reals[this.#numbers.realsAt + real.dueMs]!
  }

  set #dueMs(ms: number) {
    this.#numbers.reals[this.#numbers.realsAt + real.dueMs] = ms
  }

  /** A frame may go straight on while none waits before it. */
  #gate(): void {
    const waits = this.#queue.length > 0 || this.#timer !== undefined || this.#skips > 0
    this.#numbers.setGate('gatesIn', gate.pace, this.#closed || waits)
  }
}
