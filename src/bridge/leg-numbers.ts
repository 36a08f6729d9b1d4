import type { FrameStage } from './frame-stage.ts'

/** What one leg's memory takes, in 32-bit words: four lines of the processor's cache. */
const words = 64
/** The second half, as doubles. */
const realsFrom = 16

/** Numbers of 32 bits, wrapping ones as signed. */
export const int = {
  /** Why a packet of this party has to be looked at closely (`gate`); 0: because of nothing. */
  gatesIn: 0,
  /** Why what goes to this party has to be (`gate`); 0: because of nothing. */
  gatesOut: 1,
  /** Where the other party's numbers begin; 0: there is none. */
  other: 2,
  /** Descriptor of the socket, as long as it sends to its peer; 0: it does not. */
  fd: 3,
  /** As the second octet of a packet has it, without a marker: of audio in the call's law. Comes in, goes out. */
  kindIn: 4,
  kindOut: 5,
  /** Of the stream that comes in: its source, and what its next packet has to say. */
  ssrcIn: 6,
  sequenceIn: 7,
  timestampIn: 8,
  /** Reception (RFC 3550 §6.4). */
  highest: 9,
  received: 10,
  packetsIn: 11,
  /** Pace: frames left of a window, and the least that has waited in it; frames since one was left out; frames sent. */
  windowLeft: 12,
  windowLeast: 13,
  sinceSkip: 14,
  framesSent: 15,
  /** 1 when a frame of the window did not have to wait. */
  unhindered: 22,
  /** Of the stream that goes out. */
  ssrcOut: 16,
  sequenceOut: 17,
  timestampOut: 18,
  packetsOut: 19,
  /** Octets of payload that wait for a packet to become full, and that make one full. */
  pendingOut: 20,
  ptimeOut: 21,
} as const

/** Doubles; times are monotonic ms. */
export const real = {
  heardAtMs: 0,
  /** Audio was last heard, or a silence told of. */
  audioAtMs: 1,
  jitter: 2,
  /** NaN: nothing came yet. */
  transit: 3,
  octetsIn: 4,
  /** Octets of audio that came from this party or were lost, since the leg began. */
  mediaOctets: 5,
  dueMs: 6,
  originTimestamp: 7,
  /** NaN: nothing went out yet. */
  originMs: 8,
  octetsOut: 9,
} as const

/** Bits of the gates. Each is shut by who knows of something unusual; all are shut at first. */
export const gate = {
  /** In: whose packets these are, or what they are, is not settled. Out: the party takes none, or not of this law. */
  leg: 1,
  /** In: packets wait for one that is late. */
  order: 2,
  /** In: a key is down. */
  event: 4,
  /** In: frames wait for their time, or are to be left out. */
  pace: 8,
  /** Out: the party is to hear something else. */
  aids: 16,
} as const

/** The numbers of a leg that change with each packet. */
export class LegNumbers {
  readonly ints: Int32Array
  readonly reals: Float64Array
  /** Where its ints begin, and its reals. */
  readonly at: number
  readonly realsAt: number
  /** Of a table whose legs may be linked; a leg of its own may not. */
  readonly table: LegTable | undefined

  constructor(memory: ArrayBuffer = new ArrayBuffer(words * 4), place = 0, table?: LegTable) {
    this.ints = table?.ints ?? new Int32Array(memory)
    this.reals = table?.reals ?? new Float64Array(memory)
    this.at = place * words
    this.realsAt = place * (words / 2) + realsFrom
    this.table = table
    this.clear()
  }

  clear(): void {
    this.ints.fill(0, this.at, this.at + words)
    this.ints[this.at + int.gatesIn] = gate.leg | gate.order | gate.pace
    this.ints[this.at + int.gatesOut] = gate.leg | gate.aids
    this.reals[this.realsAt + real.transit] = Number.NaN
    this.reals[this.realsAt + real.originMs] = Number.NaN
  }

  setGate(of: 'gatesIn' | 'gatesOut', bit: number, shut: boolean): void {
    const at = this.at + int[of]
    this.ints[at] = shut ? this.ints[at]! | bit : this.ints[at]! & ~bit
  }
}

/** What a party's frames go through, and where they go after it. */
export type StraightPath = { readonly stage: FrameStage; forward(octets: Uint8Array): void }

export function realsAtOf(at: number): number {
  return at / 2 + realsFrom
}

/** Legs that a table has room for, two a call; the first place is nobody's. */
const mostLegs = 4_096

/**
 * The numbers of all legs in one stretch of memory. Among hundreds of calls each packet finds another call's, and each
 * object that has to be fetched for it costs as much as all the arithmetic on it.
 */
export class LegTable {
  readonly #memory = new ArrayBuffer(mostLegs * words * 4)
  readonly ints = new Int32Array(this.#memory)
  readonly reals = new Float64Array(this.#memory)
  readonly #paths: (StraightPath | undefined)[] = []
  readonly #free: number[] = []
  readonly #taken = new Set<LegNumbers>()
  #used = 1

  /** Numbers of a leg; of its own when the table is full, and then its packets all take the longer way. */
  take(): LegNumbers {
    const place = this.#free.pop() ?? (this.#used < mostLegs ? this.#used++ : undefined)
    if (place === undefined) return new LegNumbers()
    const numbers = new LegNumbers(this.#memory, place, this)
    this.#taken.add(numbers)
    return numbers
  }

  /** Nobody may use the numbers any more. Harmless when they have been given back. */
  give(numbers: LegNumbers): void {
    if (!this.#taken.delete(numbers)) return
    numbers.clear()
    this.#paths[numbers.at / words] = undefined
    this.#free.push(numbers.at / words)
  }

  pathOf(at: number): StraightPath | undefined {
    return this.#paths[at / words]
  }

  setPath(numbers: LegNumbers, path: StraightPath): void {
    if (numbers.table === this) this.#paths[numbers.at / words] = path
  }
}
