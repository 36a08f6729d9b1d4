import { Rtpengine } from '../tones/rtpengine/daemon.ts'
import type { Anchor } from './anchor.ts'

/** Of rtpengine's delay line, in ms: with less, the beginning of a tone leaks (docs/tones.md). */
const bufferMs = 60

/** Debian's rtpengine in user space, with one thread for media; null where it is not installed. */
export async function startRtpengine(): Promise<Anchor | null> {
  const daemon = await Rtpengine.start()
  if (!daemon) return null
  return {
    name: 'rtpengine',
    pid: daemon.pid,
    ports: { min: 32_000, max: 36_000 },
    // Packets are decoded, and so looked into, only where it transcodes.
    flagsOf: { relay: [], mask: ['always transcode'] },
    blocking: { 'DTMF-security': 'silence', 'delay buffer': bufferMs, flags: ['detect DTMF'] },
    ask: (request) => daemon.ask(request),
    stop: () => daemon.stop(),
  }
}
