import { frameOctets, silentOctet } from '../handset-protocol.ts'
import type { MediaLibrary } from '../media-library.ts'

/** Between two sentences the robot listens: 1.2 s. */
const pauseFrames = 60

/**
 * A voice that goes through the canned speech whose ids begin with `prefix`, in order and over again, in frames of
 * 20 ms. It talks whether it is listened to or not: what a masked line must not disturb is an agent who talks.
 */
export function robotVoice(library: MediaLibrary, prefix: string): () => Buffer {
  const sentences = [...library].filter(([id]) => id.startsWith(prefix)).map(([, octets]) => octets)
  const silence = Buffer.alloc(frameOctets, silentOctet)
  let sentence = 0
  let at = 0
  let pausing = pauseFrames / 4
  return () => {
    const speech = sentences[sentence]
    if (!speech || pausing > 0) {
      pausing--
      return silence
    }
    const frame = Buffer.alloc(frameOctets, silentOctet)
    speech.copy(frame, 0, at, at + frameOctets)
    at += frameOctets
    if (at >= speech.length) {
      at = 0
      sentence = (sentence + 1) % sentences.length
      pausing = pauseFrames
    }
    return frame
  }
}
