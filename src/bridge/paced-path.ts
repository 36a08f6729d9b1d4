import type { Clock, Timer } from '../base/clock.ts'
import type { FrameStage } from './frame-stage.ts'
import { JitterQueue } from './jitter-queue.ts'
import { frameOctets } from './stream/media-writer.ts'

/** G.711 octets of one millisecond. */
export const octetsPerMs = 8

/**
 * How far ahead of the even pace a frame may leave, in ms: ordinary jitter passes without a timer and without delay.
 * It is what the far end may have to hold more than before, and less than its tracker takes for too much.
 */
const aheadMs = 40
/** Over how many frames the queue is watched before what never drains is cut. */
const windowFrames = 150
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
}

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
  #dueMs = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined
  #skips = 0
  #sinceSkip = 0
  #windowLeft = windowFrames
  #windowLeast = Number.POSITIVE_INFINITY
  #closed = false
  /** Frames since the path began. */
  readonly counts = { sent: 0, cut: 0, lost: 0 }

  constructor(options: PacedPathOptions) {
    this.#options = options
    this.#limitOctets = options.jitterMs * octetsPerMs
    this.#queue = new JitterQueue(Math.ceil(options.jitterMs / 20) + spareFrames)
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
      this.counts.lost++
    }
    this.#bound()
  }

  /** Leaves out `frames` frames, spread: the far end has more waiting than it should. */
  skip(frames: number): void {
    this.#skips = frames
  }

  /** Wipes what waits. Nothing passes afterwards. */
  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    while (this.#queue.length > 0) this.#queue.drop()
    this.#out.fill(0)
    this.#options.stage.release()
  }

  /** In time and with nobody before it, as nearly all are: a frame goes on without being kept. */
  #passed(octets: Uint8Array): boolean {
    if (this.#queue.length > 0 || this.#timer || this.#skips > 0 || octets.length > frameOctets) return false
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#dueMs - aheadMs > nowMs) return false
    this.#dueMs = Math.max(this.#dueMs, nowMs) + octets.length / octetsPerMs
    this.#leave(this.#process(octets))
    this.#watch()
    return true
  }

  #bound(): void {
    while (this.#queue.octets > this.#limitOctets && this.#queue.length > 1) this.#take(false)
    this.#pump()
  }

  #pump(): void {
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
      } else if (this.#skips > 0 && this.#sinceSkip >= framesBetweenSkips) {
        this.#skips--
        this.#sinceSkip = 0
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
    else this.counts.cut++
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
    this.#sinceSkip++
    if (!output) return
    this.counts.sent++
    this.#options.send(output)
  }

  /** Cuts what has been in the queue throughout the window: delay that no jitter needs. */
  #watch(): void {
    this.#windowLeast = Math.min(this.#windowLeast, this.#queue.length)
    if (--this.#windowLeft > 0) return
    for (let surplus = this.#windowLeast; surplus > 0 && this.#queue.length > 0; surplus--) this.#take(false)
    this.#windowLeft = windowFrames
    this.#windowLeast = Number.POSITIVE_INFINITY
  }
}
