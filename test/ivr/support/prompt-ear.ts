import { type Known, type KnownPrompts, quiet } from './known-prompts.ts'

/** Compared of a prompt before it is followed, in samples: 80 ms. */
const head = 640
/** Of a prompt, heard at least before it is believed, in samples: 160 ms. */
const least = 1_280
const chunk = 160
/** Silence in the middle of a prompt that is waited through, in samples: what a busy machine inserts, and what commas are. */
const longestPause = 8_000
const believed = 0.9
const within = Array.from({ length: 480 }, (_, shift) => shift + 4)

export type HeardPrompt = {
  readonly ref: string
  readonly atMs: number
  readonly endMs: number
  /** To its last 20 ms. */
  readonly whole: boolean
  /** Normalised correlation of the head with the prompt, 0 to 1. */
  readonly correlation: number
}

/**
 * Recognises prompts in what a caller hears, by correlation with the manifest's own audio: at each onset of sound every
 * known prompt is laid over it. Samples may be given piece by piece.
 */
export class PromptEar {
  readonly #known: KnownPrompts
  /** Those that have ended. */
  readonly #heard: HeardPrompt[] = []
  /** The one that is being heard, as soon as it can be no other. */
  #now: HeardPrompt | undefined
  /** Prompts that the last one might have been as well, as far as it was heard. */
  #alike: ReadonlySet<string> = new Set()
  #at = 0

  constructor(known: KnownPrompts) {
    this.#known = known
  }

  /** In order; the last may still go on. */
  get heard(): readonly HeardPrompt[] {
    return this.#now ? [...this.#heard, this.#now] : this.#heard
  }

  /** All samples of the recording so far; looks at what is new. `isOver`: no more will come. */
  listen(pcm: Int16Array, isOver = false): void {
    this.#now = undefined
    for (;;) {
      let onset = this.#at
      while (onset < pcm.length && Math.abs(pcm[onset]!) <= quiet) onset++
      this.#at = onset
      if (onset >= pcm.length) return
      const found = this.#match(pcm, onset, isOver)
      if (found === 'wait') return
      if (found) {
        const last = this.#heard.at(-1)
        // The rest of a prompt that was torn.
        const isRest =
          found.offset > 0 &&
          last !== undefined &&
          (last.ref === found.prompt.ref || (!last.whole && this.#alike.has(found.prompt.ref)))
        if (found.goesOn) {
          if (!isRest) this.#now = found.prompt
          return
        }
        if (isRest) this.#heard[this.#heard.length - 1] = { ...found.prompt, atMs: last.atMs }
        else this.#heard.push(found.prompt)
        this.#alike = found.alike
        this.#at = found.next
      } else this.#at = soundEnd(pcm, onset + 1)
    }
  }

  #match(pcm: Int16Array, onset: number, isOver: boolean): Match | 'wait' | undefined {
    if (!isOver && pcm.length - onset < least * 2) return 'wait'
    const bySeed = this.#bySeed(pcm, onset, isOver)
    // Too little of a prompt that came bit by bit: laying all heads over it takes long, and finds no more.
    const best = bySeed === 'scrap' ? undefined : (bySeed ?? this.#byHead(pcm, onset, isOver))
    if (!best) return undefined
    const { known, at, offset, correlation, rivals, alike } = best
    const { next, whole, waits, explained } = follow(pcm, at, known.samples, isOver, offset)
    // As long as two prompts say the same, nobody knows which it is.
    if (waits && (rivals.size > 1 || explained < least)) return 'wait'
    const ms = { atMs: at / 8, endMs: next / 8 }
    return { prompt: { ref: known.ref, ...ms, whole, correlation }, offset, next, alike, goesOn: waits }
  }

  /** Bit by bit the same, as a network without transcoding carries it: at the onset, or behind a torn head. */
  #bySeed(pcm: Int16Array, onset: number, isOver: boolean): Found | 'scrap' | undefined {
    const until = Math.min(soundEnd(pcm, onset), onset + 8_000)
    let best: Found | undefined
    let isScrap = false
    const rivals = new Set<string>()
    for (let position = onset; position < until && !best; position++) {
      for (const { known, offset } of this.#known.at(pcm, position)) {
        const length = Math.min(chunk, known.samples.length - offset, pcm.length - position)
        const correlation = correlate(pcm, position, known.samples, offset, length)
        if (length < 40 || correlation < believed) continue
        isScrap = true
        const { explained, whole, waits } = follow(pcm, position, known.samples, isOver, offset)
        if (waits) rivals.add(known.ref)
        if (explained < least / 2 && !whole) continue
        if (best && best.explained === explained) best.alike.add(known.ref)
        if (!best || explained > best.explained)
          best = { known, at: position, offset, correlation, explained, rivals, alike: new Set() }
      }
    }
    return best ?? (isScrap ? 'scrap' : undefined)
  }

  #byHead(pcm: Int16Array, onset: number, isOver: boolean): Found | undefined {
    let best: Found | undefined
    const rivals = new Set<string>()
    // Bit by bit the same as a rule; a network that converts the law, or drops a sample, moves it a little. A prompt that
    // takes the place of one that was cut begins in the middle of sound, within the next frames.
    for (const shifts of [[0], [-1, 1, -2, 2, -3, 3], within]) {
      if (best) break
      for (const known of this.#known.all) {
        for (const shift of shifts) {
          const at = Math.max(0, onset + shift)
          const length = Math.min(head, known.samples.length, pcm.length - at)
          if (length < 80 || correlate(pcm, at, known.samples, 0, Math.min(120, length)) < 0.6) continue
          const correlation = correlate(pcm, at, known.samples, 0, length)
          if (correlation < believed) continue
          const { explained, whole, waits } = follow(pcm, at, known.samples, isOver)
          if (waits) rivals.add(known.ref)
          if (explained < least && !whole) continue
          // Words of a number begin alike: the one that explains more of what was heard is meant.
          if (best && best.explained === explained) best.alike.add(known.ref)
          if (!best || explained > best.explained)
            best = { known, at, offset: 0, correlation, explained, rivals, alike: new Set() }
        }
      }
    }
    return best
  }
}

type Found = {
  readonly known: Known
  readonly at: number
  /** Of the prompt, what lies before what was recognised. */
  readonly offset: number
  readonly correlation: number
  readonly explained: number
  /** Prompts that all of what is heard so far fits. */
  readonly rivals: ReadonlySet<string>
  /** Prompts that explain as much of it. */
  readonly alike: Set<string>
}

type Match = {
  readonly prompt: HeardPrompt
  readonly offset: number
  readonly next: number
  readonly alike: ReadonlySet<string>
  /** It has not ended yet. */
  readonly goesOn: boolean
}

/** Where the sound that begins here pauses for 40 ms. */
function soundEnd(pcm: Int16Array, from: number): number {
  let still = 0
  for (let i = from; i < pcm.length; i++) {
    still = Math.abs(pcm[i]!) <= quiet ? still + 1 : 0
    if (still === 320 && i - from > 640) return i
  }
  return pcm.length
}

/** Goes along a prompt chunk by chunk, over pauses that a network or a busy machine put in. */
function follow(pcm: Int16Array, from: number, samples: Int16Array, isOver: boolean, first = 0) {
  let at = from
  let offset = first
  let explained = 0
  while (offset < samples.length) {
    const length = Math.min(chunk, samples.length - offset)
    if (at + length > pcm.length) return { next: pcm.length, whole: false, waits: !isOver, explained }
    const isSilent = energy(samples, offset, length) < length * 400
    if (isSilent || correlate(pcm, at, samples, offset, length) > 0.8) {
      if (!isSilent) explained += length
      at += length
      offset += length
      continue
    }
    const resumed = resume(pcm, at, samples, offset)
    if (resumed === undefined) {
      // It was cut, or the machine that plays it is busy: what comes next will tell.
      const mayResume = !isOver && pcm.length - at < longestPause && isQuiet(pcm, at + chunk)
      return { next: at, whole: false, waits: mayResume, explained }
    }
    at = resumed
  }
  return { next: at, whole: true, waits: false, explained }
}

/** Past inserted silence, where the prompt goes on; undefined when it does not. */
function resume(pcm: Int16Array, at: number, samples: Int16Array, offset: number): number | undefined {
  const length = Math.min(chunk * 2, samples.length - offset)
  let loud = at
  while (loud < pcm.length && loud - at < longestPause && Math.abs(pcm[loud]!) <= quiet) loud++
  // Nothing but silence is like no prompt: it is passed over, as looking for one in it takes the most time of all.
  for (
    let skip = Math.max(1, loud - at - length + 1);
    skip < longestPause && at + skip + length <= pcm.length;
    skip++
  ) {
    if (Math.abs(pcm[at + skip - 1]!) > quiet && skip > chunk) return undefined
    if (correlate(pcm, at + skip, samples, offset, length) > 0.9) return at + skip
  }
  return undefined
}

function isQuiet(pcm: Int16Array, from: number): boolean {
  for (let i = from; i < pcm.length; i++) if (Math.abs(pcm[i]!) > quiet) return false
  return true
}

function energy(samples: Int16Array, from: number, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += samples[from + i]! ** 2
  return sum
}

function correlate(pcm: Int16Array, at: number, samples: Int16Array, offset: number, length: number): number {
  let cross = 0
  let a = 0
  let b = 0
  for (let i = 0; i < length; i++) {
    const [x, y] = [pcm[at + i]!, samples[offset + i]!]
    cross += x * y
    a += x * x
    b += y * y
  }
  return a === 0 || b === 0 ? 0 : cross / Math.sqrt(a * b)
}
