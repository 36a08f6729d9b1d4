import type { Scene } from '../../test/tones/scene.ts'
import type { HearingScore } from '../../test/tones/score-hearing.ts'

/** As `scoreHearing`, for a peer that does not say when: the longest common order of keys counts as heard. */
export function scoreByOrder(scene: Scene, digits: string, score: HearingScore): void {
  if (scene.expected === null) return
  const keys = scene.expected.map(({ key }) => key).join('')
  const pairs = commonOrder(keys, digits)
  score.presses += keys.length
  score.heard += pairs.size
  const used = new Set(pairs.values())
  for (let i = 0; i < digits.length; i++) {
    if (used.has(i)) continue
    if (digits[i] === digits[i - 1] || digits[i] === digits[i + 1]) score.doubled++
    else if (keys.length > 0) score.wrong++
    else score.invented++
  }
  if (keys.length === 0) {
    score.toReject += scene.presses.length
    score.rejected += Math.max(0, scene.presses.length - digits.length)
  }
}

/** Place in `a` → place in `b` of a longest common subsequence. */
function commonOrder(a: string, b: string): Map<number, number> {
  const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const apart = Math.max(best[i + 1]![j]!, best[i]![j + 1]!)
      best[i]![j] = a[i] === b[j] ? best[i + 1]![j + 1]! + 1 : apart
    }
  }
  const pairs = new Map<number, number>()
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j] && best[i]![j] === best[i + 1]![j + 1]! + 1) pairs.set(i++, j++)
    else if (best[i + 1]![j]! >= best[i]![j + 1]!) i++
    else j++
  }
  return pairs
}
