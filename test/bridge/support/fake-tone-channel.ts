import type { ToneChannel, ToneEvent } from '../../../src/dsp/tone-channel.ts'

/** A channel that a test moves by hand: passes octets on, and says what it is told to say. */
export class FakeToneChannel implements ToneChannel {
  armed = false
  secured = false
  quiet = true
  broken = false
  released = false
  heldMs: number[] = []
  events: ToneEvent[] = []
  octets = 0

  process(input: Uint8Array, output: Uint8Array): void {
    if (this.broken) throw new Error('broken')
    this.octets += input.length
    output.set(input)
  }

  processLost(octets: number, output: Uint8Array): void {
    this.octets += octets
    output.fill(0xff)
  }

  drainEvents(listener: (event: ToneEvent) => void): void {
    for (const event of this.events.splice(0)) listener(event)
  }

  arm(): void {
    this.armed = true
  }

  disarm(): void {
    this.armed = false
  }

  maskHeld(holdMs: number): void {
    this.heldMs.push(holdMs)
  }

  release(): void {
    this.released = true
  }
}
