import type { WatchedEvent } from '../../../src/demo/desk-watch.ts'
import { sharedClockMs } from '../machine.ts'
import type { PressReport } from './people-port.ts'

/** When each digit became a dot: the first event of the desk's stream that showed so many of the field. */
export class Dots {
  readonly #atMs = new Map<string, number>()

  readonly note = ({ event, atMs }: WatchedEvent): void => {
    if (event.type !== 'payment') return
    const toShared = sharedClockMs() - performance.now()
    for (const { field, length } of event.payment.collection?.fields ?? []) {
      for (let nth = length; nth > 0; nth--) {
        const key = keyOf(event.payment.id, field, nth)
        if (this.#atMs.has(key)) break
        this.#atMs.set(key, atMs + toShared)
      }
    }
  }

  /** On the clock that processes share, in ms; undefined when there was none. */
  of({ paymentId, field, nth }: PressReport): number | undefined {
    return this.#atMs.get(keyOf(paymentId, field, nth))
  }
}

function keyOf(paymentId: string, field: string, nth: number): string {
  return `${paymentId} ${field} ${nth}`
}
