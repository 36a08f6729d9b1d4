import type { Clock } from '../../base/clock.ts'
import { type ReceptionStats, writeReport } from './rtcp.ts'
import type { RtpSender } from './rtp-sender.ts'

/** What a party is told by RTCP: what was sent to it, and what came from it. */
export function reportOn(
  sender: RtpSender,
  received: ReceptionStats,
  { name, clock }: { readonly name: string; readonly clock: Clock },
): Buffer {
  const nowMs = clock.monotonicMs()
  const { packets, octets, ssrc } = sender
  return writeReport({
    ssrc,
    name,
    sent: packets === 0 ? null : { timestamp: sender.timestampAt(nowMs), packets, octets },
    block: received.block(nowMs),
    nowMs: clock.now(),
  })
}
