import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { ServerClock } from './server-clock.ts'
import { clockWords } from './words.ts'

/** Seconds left at which the time is spoken. */
const spokenAt = [60, 30, 10]

/** Time until the collection gives up. Spoken at a few moments only, so that it does not talk over the caller. */
export class CountdownClock extends LitElement {
  static override properties = {
    clock: { attribute: false },
    deadlineAt: { attribute: false },
    left: { state: true },
  }
  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    .short {
      color: var(--lost);
      font-weight: 650;
    }
    .unseen {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  `

  declare clock: ServerClock
  declare deadlineAt: number | null
  declare left: number
  #ticking: number | undefined

  constructor() {
    super()
    this.deadlineAt = null
    this.left = 0
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#ticking = window.setInterval(() => this.#tick(), 250)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.clearInterval(this.#ticking)
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('deadlineAt')) this.left = this.#secondsLeft()
  }

  override render(): TemplateResult | typeof nothing {
    if (this.deadlineAt === null) return nothing
    return html`
      <span role="timer" aria-label="Time left" class=${this.left <= 30 ? 'short' : ''}>
        ${clockWords(this.left)}<span aria-hidden="true"> left</span>
      </span>
      <span class="unseen" role="status">${this.#spoken()}</span>
    `
  }

  #spoken(): string {
    const mark = spokenAt.findLast((seconds) => this.left <= seconds)
    return mark !== undefined && this.left > 0 ? `Less than ${mark} seconds left.` : ''
  }

  #tick(): void {
    if (this.deadlineAt !== null) this.left = this.#secondsLeft()
  }

  #secondsLeft(): number {
    return this.deadlineAt === null ? 0 : this.clock.secondsUntil(this.deadlineAt)
  }
}

customElements.define('countdown-clock', CountdownClock)
