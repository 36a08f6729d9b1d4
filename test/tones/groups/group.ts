import type { Plan } from '../scene.ts'
import type { SpeechStock } from '../signals/speech.ts'

/** Cases of one kind: what a row of the table counts. */
export type Group = {
  readonly name: string
  /** `hear`: must be reported; `reject`: must not; `either`: nobody cares, but the mask has to hold. */
  readonly kind: 'hear' | 'reject' | 'either'
  /** False where there is no pair that could be read: a single tone, a ringing tone. */
  readonly readable: boolean
  readonly plans: readonly Plan[]
}

export type GroupContext = { readonly talk: SpeechStock }

type Sketch = Omit<Plan, 'expect' | 'condition'> & { readonly condition?: string }

export function group(
  name: string,
  kind: Group['kind'],
  sketches: readonly Sketch[],
  readable = true,
): Group {
  const plans = sketches.map((sketch) => ({ condition: name, ...sketch, expect: kind }))
  return { name, kind, readable, plans }
}
