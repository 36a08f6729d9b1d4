import { KnownPrompts } from './known-prompts.ts'
import { type HeardPrompt, PromptEar } from './prompt-ear.ts'

const pollMs = 100
/** What a busy machine may hold up before a key has its effect. */
const slackMs = 2_000
const known = new KnownPrompts(['en-GB', 'de-DE', 'sounds'])

/** A caller's line, whatever network it is on. */
export type CallerLine = {
  /** All that was heard so far: 16-bit linear, 8 kHz. */
  pcm(): Int16Array
  /** Grows with it. */
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
  /** Answers: to which prompt, when its first key was down, and what was waited for next. */
  readonly #keyed: { index: number; atMs: number; next?: number }[] = []

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
      const { open } = this.line
      const found = this.heard.slice(this.#past).findIndex(({ ref }) => refs.includes(ref))
      if (found >= 0) {
        this.#past += found + 1
        const answered = this.#keyed.at(-1)
        if (answered) answered.next ??= this.#past - 1
        return this.heard[this.#past - 1]!.ref
      }
      if (!open || performance.now() > untilMs)
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

  /** Answered prompts that were not said to their end. */
  get cutShort(): string[] {
    return this.#keyed.flatMap(({ index }) => {
      const { ref, whole } = this.heard[index]!
      return whole ? [] : [ref]
    })
  }

  /**
   * What was heard of an answered prompt, or of what was to be said behind it, although a key was down: a sentence each.
   * What was waited for after the answer is what it led to.
   */
  notCutShort(): string[] {
    return this.#keyed.flatMap(({ index, atMs, next = this.heard.length }) => {
      const [answered, ...behind] = this.heard.slice(index, next)
      const isTooLong = answered!.endMs > atMs + slackMs
      const wentOn = behind.filter((prompt) => prompt.atMs > atMs + slackMs)
      return [...(isTooLong ? [answered!] : []), ...wentOn].map(
        (prompt) =>
          `${prompt.ref} until ${Math.round(prompt.endMs - atMs)} ms after the key for ${answered!.ref}`,
      )
    })
  }

  /** How much of a prompt that no key cuts short was heard, of 1; 0 when it was not heard at all. */
  shareOf(ref: string): number {
    const { atMs = 0, endMs = 0 } = this.heard.find((prompt) => prompt.ref === ref) ?? {}
    const whole = known.all.find((prompt) => prompt.ref === ref)!.samples.length / 8
    return (endMs - atMs) / whole
  }

  async press(keys: string): Promise<void> {
    for (const key of keys) await this.line.press(key)
  }

  /** Settles as soon as this is so, looked at as often as what is heard is. */
  async until(is: () => boolean, withinMs = 60_000): Promise<void> {
    const untilMs = performance.now() + withinMs
    while (!is()) {
      if (performance.now() > untilMs) throw new Error(`not so; heard: ${this.refs.join(' ')}`)
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
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
