import { base64Length, encodeBase64 } from './base64.ts'

/** Octets of 20 ms at 8,000 samples a second: what one message carries at most. */
export const frameOctets = 160

const suffix = Buffer.from('"}}', 'latin1')

type Slot = { readonly bytes: Buffer; readonly whole: Buffer; busy: boolean }

/** A message that is ready to go, and what to call when the last of its bytes has left. */
export type Outgoing = { readonly bytes: Buffer; sent(): void }

/**
 * Writes `media` messages of one stream into buffers that are used again and again. Their number is what bounds a
 * receiver that does not keep up: when none is free, the frame is not sent.
 */
export class MediaWriter {
  readonly #slots: Slot[] = []
  readonly #prefixBytes: number
  #next = 0

  constructor(streamSid: string, slots: number) {
    const prefix = Buffer.from(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`, 'latin1')
    this.#prefixBytes = prefix.length
    for (let i = 0; i < slots; i++) {
      const whole = Buffer.allocUnsafeSlow(prefix.length + base64Length(frameOctets) + suffix.length)
      prefix.copy(whole)
      this.#slots.push({ bytes: whole, whole, busy: false })
    }
  }

  /** At most `frameOctets` octets as one message; undefined when every buffer is still on its way. */
  write(octets: Uint8Array): Outgoing | undefined {
    const slot = this.#slots[this.#next]!
    // Messages leave in order, so the oldest slot is the next to come free.
    if (slot.busy) return undefined
    this.#next = (this.#next + 1) % this.#slots.length
    slot.busy = true
    const end = encodeBase64(octets, slot.bytes, this.#prefixBytes)
    suffix.copy(slot.bytes, end)
    const length = end + suffix.length
    const bytes = length === slot.whole.length ? slot.whole : slot.whole.subarray(0, length)
    return {
      bytes,
      sent: () => {
        slot.busy = false
      },
    }
  }

  /** Zeroes what was sent last. */
  wipe(): void {
    for (const slot of this.#slots) slot.bytes.fill(0)
  }
}

export function markMessage(streamSid: string, name: string): string {
  return JSON.stringify({ event: 'mark', streamSid, mark: { name } })
}

/** Makes the provider drop what it holds for playing. */
export function clearMessage(streamSid: string): string {
  return JSON.stringify({ event: 'clear', streamSid })
}
