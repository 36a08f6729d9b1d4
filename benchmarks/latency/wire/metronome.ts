const frameMs = 20

/**
 * Calls each task once every 20 ms, without drift. The tasks are spread evenly over the 20 ms, as the streams of
 * unrelated calls are, and a late one is made up for.
 */
export class Metronome {
  readonly #tasks: ReadonlyArray<() => void>
  readonly #startMs = performance.now() + 50
  #turn = 0
  #lateMs: number[] = []

  constructor(tasks: ReadonlyArray<() => void>) {
    this.#tasks = tasks
    this.#schedule()
  }

  /** How late each task was since this was last asked, in ms. */
  latenessMs(): number[] {
    const lateMs = this.#lateMs
    this.#lateMs = []
    return lateMs
  }

  get #dueMs(): number {
    return this.#startMs + (this.#turn * frameMs) / this.#tasks.length
  }

  #schedule(): void {
    setTimeout(() => this.#run(), Math.max(0, this.#dueMs - performance.now()))
  }

  #run(): void {
    for (
      let lateMs = performance.now() - this.#dueMs;
      lateMs >= 0;
      lateMs = performance.now() - this.#dueMs
    ) {
      this.#lateMs.push(lateMs)
      this.#tasks[this.#turn % this.#tasks.length]!()
      this.#turn++
    }
    this.#schedule()
  }
}
