import { type HeardPrompt, KnownPrompts, PromptEar } from './prompt-ear.ts'

const pollMs = 150
const known = new KnownPrompts(['en-GB', 'de-DE', 'sounds'])

/** A caller's line, whatever network it is on. */
export type CallerLine = {
  /** All that was heard so far: 16-bit linear, 8 kHz. */
  pcm(): Int16Array
  /** Of that, in samples. */
  readonly length: number
  readonly open: boolean
  press(key: string): Promise<void>
  hangUp(): Promise<void>
}

/** A caller with real audio who knows what is said to them: every prompt is recognised in what their telephone plays. */
export class HearingCaller<L extends CallerLine = CallerLine> {
  readonly line: L
  readonly #ear = new PromptEar(known)
  #looked = -1
  /** What was answered before: the same prompt has to be heard anew. */
  #past = 0
  readonly #keyed: { index: number; atMs: number }[] = []

  constructor(line: L) {
    this.line = line
  }

  /** Everything that was recognised so far, in order. */
  get heard(): readonly HeardPrompt[] {
    const { length, open } = this.line
    // Looking again at what was looked at costs the machine that plays it.
    if (length !== this.#looked || !open) {
      this.#looked = length
      this.#ear.listen(this.line.pcm(), !open)
    }
    return this.#ear.heard
  }

  get refs(): string[] {
    return this.heard.map(({ ref }) => ref)
  }

  /** Settles with the first of these that begins to be heard from now on. Rejects when the line is gone, or too late. */
  async hears(...refs: readonly string[]): Promise<string> {
    const untilMs = performance.now() + 60_000
    for (;;) {
      const found = this.heard.slice(this.#past).findIndex(({ ref }) => refs.includes(ref))
      if (found >= 0) {
        this.#past += found + 1
        return this.heard[this.#past - 1]!.ref
      }
      if (!this.line.open || performance.now() > untilMs)
        throw new Error(`not heard: ${refs.join(', ')}; heard: ${this.refs.join(' ')}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** Keys as soon as the prompt begins, which cuts it short. */
  async answer(ref: string, keys: string): Promise<void> {
    await this.hears(ref)
    const index = this.#past - 1
    const [first = '', ...rest] = keys
    await this.press(first)
    this.#keyed.push({ index, atMs: this.line.pcm().length / 8 })
    await this.press(rest.join(''))
  }

  /** How much longer than the first key of its answer each answered prompt was heard, in ms; 0 for one that had ended. */
  afterTheKeyMs(): { ref: string; ms: number }[] {
    return this.#keyed.map(({ index, atMs }) => {
      const { ref, endMs } = this.heard[index]!
      return { ref, ms: Math.max(0, Math.round(endMs - atMs)) }
    })
  }

  async press(keys: string): Promise<void> {
    for (const key of keys) await this.line.press(key)
  }

  /** Settles when the platform has hung up. */
  async isLetGo(withinMs = 60_000): Promise<void> {
    const untilMs = performance.now() + withinMs
    while (this.line.open) {
      if (performance.now() > untilMs) throw new Error(`nobody hung up; heard: ${this.refs.join(' ')}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}
