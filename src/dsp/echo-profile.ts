import type { StateBuffer } from './state-buffer.ts'

/** Echoes are known in steps of 4 ms, up to 700 ms after a key's end. */
export const hopsOfEchoes = 350
export const stepHops = 2
const steps = hopsOfEchoes / stepHops
/** Echoes this near, 28 ms, run into the key: they are known by the hop. What is nearer than 8 ms cannot be told from it. */
export const hopsOfNear = 14
export const nearestHop = 4
/** Nothing is learned of far echoes before the window that they are looked for in holds no more of the key. */
export const firstFarHop = 6
const firstStep = firstFarHop / stepHops
/**
 * An echo is always there, and what a voice has of a pair comes and goes: what is known, in dB over the key, falls fast to what is
 * heard of the next key, and rises slowly. What is heard beneath something 5 dB louder says less: that may as well have added to
 * the echo as taken from it.
 */
const fall = 0.6
const rise = 0.25
const loudlyDb = 5
const fallBeneath = 0.3
const riseBeneath = 0.1
const loudestDb = -1
const quietestDb = -60
/** An echo quieter than this, over its key, is none; and a near one quieter than -52 dBm0 or than what is heard anyway. */
const leastDb = -30
const leastNearDbm0 = -52
const overFloorDb = 10
/** A whole key comes back: this share of the length of the shortest one, with no more than 3 dB of its level missing at the end. */
const shareOfKey = 0.9
const missingDb = 3
const shareAtLevel = 0.15
const shortestSteps = 4
/** Keys after which near echoes are known. */
const keysOfNear = 2
/** The window in which an echo is measured is as long as this, and makes it seem later than it is. */
const windowHops = 5
const lateHops = 2
/** Echoes that are told apart: [first delay in hops, last delay in hops, loudest as a share of the key's power]. */
const spans = 4
const spanFields = 3

const field = { shortestKey: 0, nearKeys: 1, nearHops: 2, spanCount: 3 } as const

/**
 * What a line gives back of a key, by the time since its end: learned from the keys of a call, for those to come. Tells no
 * key.
 */
export class EchoProfile {
  readonly #far: Float64Array
  readonly #near: Float64Array
  readonly #spans: Float64Array
  readonly #s: Float64Array

  constructor(state: StateBuffer) {
    this.#far = state.float64(steps)
    this.#near = state.float64(hopsOfNear + 1)
    this.#spans = state.float64(spans * spanFields)
    this.#s = state.float64(4)
  }

  /** Hops after a key's end that near echoes may last; all of them while nothing is known. */
  get nearHops(): number {
    return this.#s[field.nearHops]! || hopsOfNear
  }

  /** The longest time, in hops, after which an echo is known to end. */
  get lastHop(): number {
    const count = this.#s[field.spanCount]!
    return count === 0 ? 0 : this.#spans[(count - 1) * spanFields + 1]!
  }

  /**
   * So much was heard of a key's pair, and of everything, as shares of the key's power, over the 10 ms that ended so long after
   * it: a whole number of steps.
   */
  hearFar(hops: number, share: number, all: number): void {
    learn(this.#far, hops / stepHops, share, all)
  }

  /** As `hearFar`, over 6 ms, so long after the key as a near echo can be. */
  hearNear(hops: number, share: number, all: number): void {
    learn(this.#near, hops, share, all)
    if (hops === hopsOfNear) this.#s[field.nearKeys] = this.#s[field.nearKeys]! + 1
  }

  /** Draws the conclusions, once a key of `keyHops` has been listened after. `levelDbm0` is that of the next one. */
  settle(keyHops: number, levelDbm0: number): void {
    const s = this.#s
    const shortest = s[field.shortestKey]!
    s[field.shortestKey] =
      shortest === 0 || keyHops < shortest ? keyHops : shortest + 0.1 * (keyHops - shortest)
    this.#findSpans()
    this.#findNear(levelDbm0)
  }

  /** Is an echo above `leastShare` of the key's power to be expected so long after a key of that length? */
  covers(hopsSince: number, keyHops: number, leastShare: number): boolean {
    const s = this.#spans
    const to = this.#s[field.spanCount]! * spanFields
    for (let at = 0; at < to; at += spanFields) {
      if (hopsSince + keyHops - lateHops < s[at]! || hopsSince >= s[at + 1]!) continue
      if (s[at + 2]! > leastShare) return true
    }
    return false
  }

  #findSpans(): void {
    const far = this.#far
    const length = Math.max(shortestSteps, Math.floor((this.#s[field.shortestKey]! - windowHops) / stepHops))
    // An echo a little shorter than the key is found by its end as well as the whole: what is too early of it is left out.
    const slack = Math.round((1 - shareOfKey) * length) + 1
    this.#s[field.spanCount] = 0
    for (let step = firstStep + 2; step < steps; step++) {
      if (!this.#isEcho(step, length)) continue
      let end = step + 1
      let loudest = far[step]!
      while (end < steps && this.#isEcho(end, length)) loudest = Math.max(loudest, far[end++]!)
      this.#addSpan(Math.min(step + slack, end - 1), end, loudest)
      step = end
    }
  }

  /** Does a key come back whole, and the last of it with this step? */
  #isEcho(step: number, length: number): boolean {
    const far = this.#far
    const end = far[step]!
    if (end === 0 || end < leastDb || far[step - 1]! < leastDb) return false
    const from = Math.max(firstStep, step - length)
    let audible = 0
    let atLevel = 0
    for (let i = from; i <= step; i++) {
      const db = far[i]!
      if (db === 0) return false
      if (db > leastDb) audible++
      if (db < end + missingDb) atLevel++
    }
    const all = step - from + 1
    return audible >= shareOfKey * all && atLevel >= shareAtLevel * all
  }

  #addSpan(fromStep: number, toStep: number, db: number): void {
    const s = this.#s
    const isFull = s[field.spanCount] === spans
    const at = (isFull ? spans - 1 : s[field.spanCount]!) * spanFields
    const share = 10 ** (0.1 * db)
    if (!isFull) this.#spans[at] = fromStep * stepHops
    this.#spans[at + 1] = toStep * stepHops
    this.#spans[at + 2] = isFull ? Math.max(share, this.#spans[at + 2]!) : share
    if (!isFull) s[field.spanCount] = s[field.spanCount]! + 1
  }

  #findNear(levelDbm0: number): void {
    const s = this.#s
    if (s[field.nearKeys]! < keysOfNear) return
    const least = Math.max(leastNearDbm0 - levelDbm0, this.#floorDb() + overFloorDb)
    let hops = hopsOfNear
    while (hops > nearestHop && this.#near[hops]! < least) hops--
    s[field.nearHops] = hops + 1
  }

  /** What is heard of a pair long after it: mean of what is below the mean. */
  #floorDb(): number {
    return meanBelow(this.#far, meanBelow(this.#far, 0))
  }
}

function learn(known: Float64Array, at: number, share: number, all: number): void {
  const db = Math.max(quietestDb, Math.min(loudestDb, 10 * Math.log10(share)))
  const before = known[at]!
  if (before === 0) {
    known[at] = db
    return
  }
  const isBeneath = 10 * Math.log10(all) > Math.max(db, before) + loudlyDb
  const down = isBeneath ? fallBeneath : fall
  const up = isBeneath ? riseBeneath : rise
  known[at] = before + (db < before ? down : up) * (db - before)
}

/** Mean of what is known and less than `limit`. */
function meanBelow(known: Float64Array, limit: number): number {
  let sum = 0
  let count = 0
  for (const db of known) {
    if (db >= limit) continue
    sum += db
    count++
  }
  return count === 0 ? quietestDb : sum / count
}
