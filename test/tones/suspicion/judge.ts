import type { Gathered } from './windows.ts'

/** Hops that a suspicion masks: the window and the hop before it, and the hang after it. */
const before = 9
const after = 3
/** Per cent of speech without digits. */
const costs = [0.02, 0.03, 0.05, 0.1]
/** Hops within which a press must be found to be hidden from its first sample on, and to be hidden at all. */
const inTime = 10
const inTheEnd = 30

/** For each cost in muted speech, the threshold, and of how many presses it finds a window: in time, and in the end. */
export function judge(
  name: string,
  score: (values: Float64Array) => number,
  { windows, pressed, speechHops }: Gathered,
): void {
  const scored = windows.map(({ values, ...window }) => ({ ...window, score: score(values.slice()) }))
  const speech = scored.filter(({ sincePress, from }) => sincePress === null && from === 'speech')
  const foundOf = (from: RegExp, threshold: number, last: number) => {
    const groups = [...pressed].filter(([group]) => from.test(group))
    const found = new Set<number>()
    for (const { sincePress, score: s, from: group, id } of scored)
      if (sincePress !== null && sincePress <= last && s > threshold && from.test(group)) found.add(id)
    return `${((100 * found.size) / groups.reduce((sum, [, count]) => sum + count, 0)).toFixed(1)} %`
  }
  for (const cost of costs) {
    const threshold = thresholdFor(cost)
    const found = [/6 to 12 dB/, /0 to 5 dB/, /louder/, /^(?!.*speech)/]
      .map((from) => [inTime, inTheEnd].map((last) => foundOf(from, threshold, last)).join(' and '))
      .join('; ')
    console.log(
      `${name}, ${cost} % of speech (above ${threshold.toFixed(2)}): found beneath speech 6 to 12 dB down, 0 to 5, louder; elsewhere, in 20 and 60 ms: ${found}`,
    )
  }

  function thresholdFor(cost: number): number {
    let low = -20
    let high = 20
    for (let n = 0; n < 20; n++) {
      const middle = (low + high) / 2
      const masked = new Set<number>()
      for (const { id, score: s } of speech)
        if (s > middle) for (let hop = id - before; hop <= id + after; hop++) masked.add(hop)
      if ((100 * masked.size) / speechHops > cost) low = middle
      else high = middle
    }
    return high
  }
}
