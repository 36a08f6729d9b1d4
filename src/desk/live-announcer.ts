import { css, html, LitElement, type TemplateResult } from 'lit'
import { announcements } from './announce.ts'
import type { DeskState } from './state.ts'

/** How long a sentence stays for the screen reader to pick up, in ms. */
const keptMs = 6_000

/** Speaks to screen readers only. Sentences are appended, so that two that come together are both read. */
export class LiveAnnouncer extends LitElement {
  static override styles = css`
    :host {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  `

  override render(): TemplateResult {
    return html`
      <div id="polite" role="status" aria-live="polite" aria-atomic="false"></div>
      <div id="now" role="alert" aria-live="assertive" aria-atomic="false"></div>
    `
  }

  step(before: DeskState, after: DeskState): void {
    for (const { text, now } of announcements(before, after)) this.say(text, now)
  }

  say(text: string, now = false): void {
    const line = document.createElement('p')
    line.textContent = text
    this.renderRoot.querySelector(now ? '#now' : '#polite')?.append(line)
    window.setTimeout(() => line.remove(), keptMs)
  }
}

customElements.define('live-announcer', LiveAnnouncer)

declare global {
  interface HTMLElementTagNameMap {
    'live-announcer': LiveAnnouncer
  }
}
