import type { Dialogue, DialogueEffect, DialogueEvent, Turn } from '../../../src/ivr/dialogue.ts'
import type { Flow } from '../../../src/ivr/flow.ts'
import { begin, step } from '../../../src/ivr/machine.ts'

/** A dialogue that a test plays: what was said, and what was ordered, in order. */
export class PlayedDialogue {
  dialogue: Dialogue
  readonly effects: DialogueEffect[] = []
  #seen = 0

  constructor(flow: Flow) {
    const first = begin(flow)
    this.dialogue = first.dialogue
    this.#take(first)
  }

  on(...events: readonly DialogueEvent[]): this {
    for (const event of events) this.#take(step(this.dialogue, event))
    return this
  }

  /** Keys one after the other; what is being said is cut short by the first. */
  keys(keys: string): this {
    for (const key of keys) this.on({ type: 'key', key })
    return this
  }

  /** What is being said is heard to its end. */
  listens(): this {
    return this.on({ type: 'played' })
  }

  says(): readonly string[] {
    const news = this.effects.slice(this.#seen)
    this.#seen = this.effects.length
    return news.flatMap((effect) => (effect.do === 'play' ? effect.audio : []))
  }

  orders(): readonly DialogueEffect['do'][] {
    return this.effects.map((effect) => effect.do)
  }

  get over(): boolean {
    return this.dialogue.mode.is === 'over'
  }

  #take({ dialogue, effects }: Turn): void {
    this.dialogue = dialogue
    this.effects.push(...effects)
  }
}
