import type { KeyedFault } from '../../contracts/card.ts'

/** What the digits of a field come to. Says nothing of the digits themselves. */
export type Judgement = {
  /** The field ends with this digit: it is complete, or no further digit could make it valid. */
  readonly ends: boolean
  /** What it is worth if it ends here. */
  readonly result: 'valid' | KeyedFault
  /** A caller who falls silent here has most likely finished: silence then counts as `#`. */
  readonly endsBySilence: boolean
}
