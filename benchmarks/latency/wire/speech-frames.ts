import path from 'node:path'
import { loadMediaLibrary } from '../../../src/simulator/media-library.ts'

export const frameOctets = 160
/** Longer than anything is looked back for: 30 s. */
const loopFrames = 1_500

export type SpeechFrame = { readonly octets: Buffer; readonly base64: string }

/**
 * Half a minute of the canned speech in frames of 20 ms. The lowest bit of each sample is random, so that every frame,
 * silence too, can be told from every other; it is far below what a detector or an ear would notice.
 */
export async function speechFrames(): Promise<readonly SpeechFrame[]> {
  const folder = path.resolve(import.meta.dirname, '..', '..', '..', 'media', 'speech')
  const speech = Buffer.concat([...(await loadMediaLibrary(folder)).values()])
  let seed = 1
  return Array.from({ length: loopFrames }, (_, frame) => {
    const octets = Buffer.alloc(frameOctets)
    for (let i = 0; i < frameOctets; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
      octets[i] = speech[(frame * frameOctets + i) % speech.length]! ^ (seed >>> 31)
    }
    return { octets, base64: octets.toString('base64') }
  })
}
