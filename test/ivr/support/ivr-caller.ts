import { connectHandset, type Handset } from '../../../src/simulator/handset.ts'
import { HandsetKey, type KeyReport } from '../../../src/simulator/handset-protocol.ts'
import type { Ticker } from '../../../src/simulator/ticker.ts'
import { type HeardPrompt, loadPrompts, PromptEar } from './prompt-ear.ts'

const pollMs = 150
const known = loadPrompts(['en-GB', 'de-DE', 'sounds'])

export type IvrCallerOptions = {
  readonly url: string
  readonly from: string
  readonly to: string
  readonly report?: KeyReport
  readonly ticker?: Ticker
}

/** A caller with real audio who knows what is said to them: every prompt is recognised in what their telephone plays. */
export class IvrCaller {
  readonly handset: Handset
  readonly #ear = new PromptEar(known)
  readonly #report: KeyReport
  #heardOctets = -1

  private constructor(handset: Handset, report: KeyReport) {
    this.handset = handset
    this.#report = report
  }

  static async dial({ url, from, to, report = 'both', ticker }: IvrCallerOptions): Promise<IvrCaller> {
    const role = { kind: 'caller', from, to } as const
    const handset = await connectHandset({ url, role, ...(ticker ? { ticker } : {}) })
    await handset.reached('start')
    return new IvrCaller(handset, report)
  }

  /** Everything that was recognised so far, in order. */
  get heard(): readonly HeardPrompt[] {
    const { heard, open } = this.handset
    // Looking again at what was looked at costs the machine that plays it.
    if (heard.length !== this.#heardOctets || !open) {
      this.#heardOctets = heard.length
      this.#ear.listen(heard.toPcm(), !open)
    }
    return this.#ear.heard
  }

  get refs(): string[] {
    return this.heard.map(({ ref }) => ref)
  }

  /** Settles when this prompt begins to be heard, after `past` others. Rejects when the line is gone or it takes too long. */
  async hears(ref: string, { past = 0, withinMs = 30_000 } = {}): Promise<HeardPrompt> {
    const untilMs = performance.now() + withinMs
    for (;;) {
      const found = this.heard.slice(past).find((prompt) => prompt.ref === ref)
      if (found) return found
      if (!this.handset.open || performance.now() > untilMs)
        throw new Error(`${ref} was not heard; heard: ${this.refs.slice(past).join(' ')}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async press(keys: string, { toneMs = 80, gapMs = 70 } = {}): Promise<void> {
    for (const key of keys)
      await this.handset.press(HandsetKey.parse(key), { toneMs, gapMs, report: this.#report })
  }

  /** Settles when the platform has hung up. */
  async isLetGo(withinMs = 30_000): Promise<void> {
    const untilMs = performance.now() + withinMs
    while (this.handset.open) {
      if (performance.now() > untilMs) throw new Error('nobody hung up')
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  async hangUp(): Promise<void> {
    await this.handset.hangUp()
  }
}
