import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import type { Call, Phone } from './calls.ts'

const frame = 160
const packetMs = 20
/** Calls speak in turn within a packet time, as they do in life: not all in one burst. */
const slots = 10

export type Direction = 'caller' | 'agent' | 'both'

/** Later than this, and the phones skip: no phone makes up for time by a burst. */
const mostLateMs = 60

/** Lets the phones talk in real time for so long. */
export async function talk(
  calls: readonly Call[],
  { from, ms, speech }: { from: Direction; ms: number; speech: Uint8Array },
): Promise<void> {
  const speaking = calls.flatMap(({ caller, agent }) =>
    from === 'both' ? [caller, agent] : [from === 'caller' ? caller : agent],
  )
  const startedAtMs = performance.now()
  for (let slot = 0; slot < (ms / packetMs) * slots; slot++) {
    const dueMs = startedAtMs + (slot * packetMs) / slots
    const waitMs = dueMs - performance.now()
    if (waitMs < -mostLateMs) continue
    // Who is late reads all the same: on a busy machine nothing else would give it the time to.
    await (waitMs > 0 ? pause(waitMs) : turn())
    for (let n = slot % slots; n < speaking.length; n += slots) say(speaking[n]!, n, speech)
  }
}

function say(phone: Phone, n: number, speech: Uint8Array): void {
  const packet = Buffer.allocUnsafe(12 + frame)
  packet[0] = 0x80
  packet[1] = 0
  packet.writeUInt16BE(phone.sent & 0xffff, 2)
  packet.writeUInt32BE((phone.sent * frame) >>> 0, 4)
  packet.writeUInt32BE(phone.ssrc, 8)
  const at = ((phone.sent + 37 * n) * frame) % (speech.length - frame)
  packet.set(speech.subarray(at, at + frame), 12)
  phone.sent++
  phone.socket.send(packet, phone.goal, '127.0.0.1')
}
