import { g711Tables } from './g711.ts'
import { GuardedLine } from './guarded-line.ts'
import { capSamples, type ToneKernel } from './kernel/tone-kernel.ts'
import type { ToneChannel, ToneChannelOptions, ToneEvent } from './tone-channel.ts'

/** A tone channel whose memory can be looked at, and whose kernel can be chosen: for tests and benchmarks. */
export type InspectableToneChannel = ToneChannel & {
  /** The stretches of memory that the channel holds: only zeroes after `release`. */
  stateBytes(): readonly Uint8Array[]
}

/** A channel that can be given its frame together with others, so that one call of the kernel serves up to 64 of them. */
export type SharedToneChannel = InspectableToneChannel & {
  /** First half of `process`: at most `capSamples` octets, which must stay as they are until `collect`. */
  offer(input: Uint8Array): void
  /** Second half, with the same input, before anything else is asked of the channel. `output` may be `input`. */
  collect(input: Uint8Array, output: Uint8Array): void
}

/** The caller's leg, in G.711, through detector, delay line and mask. `kernel` is the fastest that runs here unless told. */
export function createToneChannel(options: ToneChannelOptions, kernel?: ToneKernel): SharedToneChannel {
  const { law, lookaheadMs, fill } = options
  const { decode, encode, silence } = g711Tables(law)
  const line = new GuardedLine({
    lookaheadMs,
    fill,
    lineCode: {
      silence,
      linear: (code) => decode[code]!,
      code: (linear) => encode[(linear >> 2) & 0x3fff]!,
    },
    feed: (to, codes, gated) => to.takeOctets(codes as Uint8Array, law, gated),
    offer: (to, codes, gated) => to.offerOctets(codes as Uint8Array, law, gated),
    ...(kernel && { kernel }),
  })
  return Object.assign(guard(line), {
    offer: (input: Uint8Array) => line.offer(input),
    collect: (input: Uint8Array, output: Uint8Array) => line.collect(input, output),
  })
}

export type LinearToneChannel = Omit<InspectableToneChannel, 'process' | 'processLost'> & {
  process(input: Int16Array, output: Int16Array): void
  processLost(samples: number, output: Int16Array): void
}

/** As `createToneChannel`, for 16-bit linear samples at 8 kHz. */
export function createLinearToneChannel(
  options: Omit<ToneChannelOptions, 'law'>,
  kernel?: ToneKernel,
): LinearToneChannel {
  return guard(
    new GuardedLine({
      ...options,
      lineCode: { silence: 0, linear: (code) => code, code: (linear) => linear },
      feed: (to, codes, gated) => to.takeLinear(codes as Int16Array, gated),
      ...(kernel && { kernel }),
    }),
  )
}

/** The line with its frames cut to what the kernel takes at once. */
function guard<Frame extends Uint8Array | Int16Array>(line: GuardedLine) {
  return {
    process(input: Frame, output: Frame): void {
      if (input.length <= capSamples) line.process(input, output)
      else
        inPieces(input.length, (from, to) =>
          line.process(input.subarray(from, to), output.subarray(from, to)),
        )
    },
    processLost(length: number, output: Frame): void {
      inPieces(length, (from, to) => line.processLost(to - from, output.subarray(from, to)))
    },
    drainEvents: (listener: (event: ToneEvent) => void) => line.drainEvents(listener),
    arm: () => line.arm(),
    disarm: () => line.disarm(),
    get armed() {
      return line.armed
    },
    get secured() {
      return line.secured
    },
    get quiet() {
      return line.quiet
    },
    maskHeld: (holdMs: number) => line.maskHeld(holdMs),
    release: () => line.release(),
    stateBytes: () => line.stateBytes(),
  }
}

function inPieces(length: number, each: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += capSamples) each(from, Math.min(length, from + capSamples))
}
