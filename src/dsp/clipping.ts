/** Samples as near to the loudest as this share of it count as cut off. */
const nearlyLoudest = 0.95
/** A pair of sines has no more than 8 % of its samples there, a vowel 11 %; a pair that was cut off by 2 dB has 13 % and more. */
const leastShare = 0.12

/**
 * Was the top of it cut off? `ring` is a ring of samples whose length is a power of two. What clipping adds to a pair repeats
 * with it, as a voice does: of what is clipped, nothing can be told by its pitch.
 */
export function isClipped(ring: Int16Array, start: number, samples: number): boolean {
  const mask = ring.length - 1
  let loudest = 0
  for (let i = 0; i < samples; i++) {
    const size = Math.abs(ring[(start + i) & mask]!)
    if (size > loudest) loudest = size
  }
  const limit = nearlyLoudest * loudest
  let cut = 0
  for (let i = 0; i < samples; i++) if (Math.abs(ring[(start + i) & mask]!) >= limit) cut++
  return cut >= leastShare * samples
}
